#include "lib/runtime/text_pieces.h"

#include <algorithm>
#include <utility>

#include "lib/base/utf8.h"

namespace agent {

TextPieces::TextPieces(size_t max_bytes)
    : max_bytes_(std::max<size_t>(max_bytes, 4)) {}

std::vector<std::string> TextPieces::Add(std::string_view text) {
  std::string whole = std::exchange(kept_, "");
  whole.append(text);
  const size_t incomplete = IncompleteUtf8Suffix(whole);
  kept_ = whole.substr(whole.size() - incomplete);
  whole.resize(whole.size() - incomplete);
  if (!IsValidUtf8(whole)) whole = SanitizeUtf8(whole);

  std::vector<std::string> pieces;
  if (whole.empty()) return pieces;
  if (whole.size() <= max_bytes_) {
    pieces.push_back(std::move(whole));
    return pieces;
  }
  std::string_view rest = whole;
  while (!rest.empty()) {
    const size_t length = Utf8PrefixLength(rest, max_bytes_);
    pieces.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  return pieces;
}

std::string TextPieces::Flush() {
  return SanitizeUtf8(std::exchange(kept_, ""));
}

}  // namespace agent
