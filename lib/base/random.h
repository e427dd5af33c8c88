// Random numbers: unguessable ids and jitter. Thread-safe.
#ifndef AGENT_LIB_BASE_RANDOM_H_
#define AGENT_LIB_BASE_RANDOM_H_

#include <string>

namespace agent {

// 128 bits from the system's secure source as 32 lower-case hex digits.
std::string RandomId();

// Uniform in [0, 1); for jitter, not for secrets.
double RandomFraction();

}  // namespace agent

#endif  // AGENT_LIB_BASE_RANDOM_H_
