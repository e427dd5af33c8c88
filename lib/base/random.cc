#include "lib/base/random.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <random>

#include "absl/strings/escaping.h"

namespace agent {

std::string RandomId() {
  unsigned char bytes[16];
  // Without a source of randomness two workers could hold one token.
  if (RAND_bytes(bytes, sizeof(bytes)) != 1) std::abort();
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes), sizeof(bytes)));
}

double RandomFraction() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace agent
