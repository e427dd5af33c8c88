#include "lib/base/digest.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "absl/strings/escaping.h"

namespace agent {

struct TextDigest::Context {
  Context() : evp(EVP_MD_CTX_new()) {
    if (evp == nullptr || EVP_DigestInit_ex(evp, EVP_sha256(), nullptr) != 1) {
      std::abort();  // out of memory, or a libcrypto without SHA-256
    }
  }
  ~Context() { EVP_MD_CTX_free(evp); }
  Context(const Context& other) : Context() {
    if (EVP_MD_CTX_copy_ex(evp, other.evp) != 1) std::abort();
  }
  Context& operator=(const Context&) = delete;

  EVP_MD_CTX* evp;
};

TextDigest::TextDigest() : context_(std::make_unique<Context>()) {}
TextDigest::TextDigest(const TextDigest& other)
    : context_(std::make_unique<Context>(*other.context_)),
      bytes_(other.bytes_) {}
TextDigest& TextDigest::operator=(const TextDigest& other) {
  if (this == &other) return *this;
  context_ = std::make_unique<Context>(*other.context_);
  bytes_ = other.bytes_;
  return *this;
}
TextDigest::TextDigest(TextDigest&& other) noexcept = default;
TextDigest& TextDigest::operator=(TextDigest&& other) noexcept = default;
TextDigest::~TextDigest() = default;

void TextDigest::Add(std::string_view text) {
  EVP_DigestUpdate(context_->evp, text.data(), text.size());
  bytes_ += static_cast<int64_t>(text.size());
}

std::string TextDigest::Hex() const {
  Context copy(*context_);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(copy.evp, digest, &size);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), size));
}

std::string Sha256Hex(std::string_view text) {
  TextDigest digest;
  digest.Add(text);
  return digest.Hex();
}

}  // namespace agent
