// Seeded chance: the same seed makes the same choices.
#ifndef AGENT_TESTS_CHAOS_HISTORY_CHANCE_H_
#define AGENT_TESTS_CHAOS_HISTORY_CHANCE_H_

#include <algorithm>
#include <cstdint>
#include <random>

#include "absl/time/time.h"

namespace agent::chaos {

// Thread-compatible: one for each client.
class Chance {
 public:
  Chance(uint64_t seed, uint64_t who) : random_(Mix(seed, who)) {}

  int Below(int bound) {
    return static_cast<int>(random_() % static_cast<uint64_t>(bound));
  }
  bool Hits(double share) { return Fraction() < share; }
  double Fraction() { return static_cast<double>(random_() >> 11) * 0x1.0p-53; }

  // Exponential, so mostly short and sometimes long; at most five times the
  // mean.
  absl::Duration About(absl::Duration mean) {
    std::exponential_distribution<double> distribution(1.0);
    return mean * std::min(distribution(random_), 5.0);
  }

  // A number for another's seed.
  uint64_t Draw() { return random_(); }

 private:
  static uint64_t Mix(uint64_t seed, uint64_t who) {
    std::seed_seq sequence{
        static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
        static_cast<uint32_t>(who), static_cast<uint32_t>(who >> 32)};
    return std::mt19937_64(sequence)();
  }

  std::mt19937_64 random_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_CHANCE_H_
