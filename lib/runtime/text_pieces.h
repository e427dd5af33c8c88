// Makes whole characters and bounded pieces out of text that comes in any
// split: an incomplete character is kept back until it is complete.
#ifndef AGENT_LIB_RUNTIME_TEXT_PIECES_H_
#define AGENT_LIB_RUNTIME_TEXT_PIECES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Bytes that are not UTF-8 become U+FFFD, as does what is incomplete when no
// more comes. Thread-compatible.
class TextPieces {
 public:
  // Pieces are at most `max_bytes` long (at least 4: a character always fits).
  explicit TextPieces(size_t max_bytes);

  // What can be said now: none, one, or as many as the bound asks for.
  std::vector<std::string> Add(std::string_view text);

  // No more text comes before what is said next: what was kept back, or "".
  std::string Flush();

 private:
  const size_t max_bytes_;
  std::string kept_;  // at most 3 bytes
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_TEXT_PIECES_H_
