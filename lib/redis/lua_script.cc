#include <openssl/evp.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "lib/redis/redis_client.h"

namespace agent {
namespace {

// Redis names scripts by it; nothing here rests on its strength.
std::string Sha1Hex(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(),
                 nullptr) != 1) {
    std::abort();  // a build of OpenSSL without SHA-1
  }
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), size));
}

}  // namespace

LuaScript::LuaScript(std::string name, std::string source)
    : name_(std::move(name)),
      source_(std::move(source)),
      digest_(Sha1Hex(source_)) {}

}  // namespace agent
