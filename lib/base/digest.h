// Counts and hashes text as it comes: what `RunCompleted.text_bytes` and
// `text_sha256` are made from, by the writer and by the reader that checks.
#ifndef AGENT_LIB_BASE_DIGEST_H_
#define AGENT_LIB_BASE_DIGEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace agent {

// Incremental SHA-256. Copyable, so that a reader can keep a digest per
// position it may have to fall back to. Thread-compatible.
class TextDigest {
 public:
  TextDigest();
  TextDigest(const TextDigest& other);
  TextDigest& operator=(const TextDigest& other);
  // What was moved from may only be destroyed or assigned to.
  TextDigest(TextDigest&& other) noexcept;
  TextDigest& operator=(TextDigest&& other) noexcept;
  ~TextDigest();

  void Add(std::string_view text);
  int64_t bytes() const { return bytes_; }
  // Lower-case hex of what was added so far; more may be added after it.
  std::string Hex() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  int64_t bytes_ = 0;
};

// Lower-case hex SHA-256 of the whole text.
std::string Sha256Hex(std::string_view text);

}  // namespace agent

#endif  // AGENT_LIB_BASE_DIGEST_H_
