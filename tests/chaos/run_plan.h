// What a run of the chaos test is to do. It travels as the user's message, so
// that agent, client and checker need to agree on nothing else.
#ifndef AGENT_TESTS_CHAOS_RUN_PLAN_H_
#define AGENT_TESTS_CHAOS_RUN_PLAN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace agent::chaos {

// The agents that chaos-node offers.
inline constexpr char kSteady[] = "Steady";
inline constexpr char kShifting[] = "Shifting";
inline constexpr char kStepper[] = "Stepper";
inline constexpr char kPoison[] = "Poison";
inline constexpr char kFlaky[] = "Flaky";

// Reasons that they give themselves: of a failure that may be retried, and of
// one that may not.
inline constexpr char kMoody[] = "CHAOS_MOODY";
inline constexpr char kRefused[] = "CHAOS_REFUSED";

// `kill=` or `fail=` this many attempts: all of them.
inline constexpr int kEveryAttempt = 1000;

// As text: "pieces=80 delay_us=2000 steps=3", in any order; what is left out
// has its default. The message may begin with anything that holds no '='.
struct RunPlan {
  int pieces = 40;      // of text in all, 1 to 20,000
  int delay_us = 5000;  // before each piece, on average
  int steps = 0;        // of Stepper: tool calls, 0 to 100
  int fail = 0;         // of Flaky: the first attempts fail, to be retried
  int refuse = 0;       // of Flaky: 1: then it fails for good
  int kill = 0;         // of Poison: the first attempts kill their process

  friend bool operator==(const RunPlan&, const RunPlan&) = default;
};

std::string ToMessage(const RunPlan& plan);

// INVALID_ARGUMENT names what cannot be read or is out of range.
absl::StatusOr<RunPlan> ParseRunPlan(std::string_view message);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_RUN_PLAN_H_
