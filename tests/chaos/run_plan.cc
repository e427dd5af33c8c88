#include "tests/chaos/run_plan.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace agent::chaos {
namespace {

struct Field {
  const char* name;
  int RunPlan::*value;
  int least;
  int most;
};

constexpr Field kFields[] = {
    {"pieces", &RunPlan::pieces, 1, 20000},
    {"delay_us", &RunPlan::delay_us, 0, 10'000'000},
    {"steps", &RunPlan::steps, 0, 100},
    {"fail", &RunPlan::fail, 0, kEveryAttempt},
    {"refuse", &RunPlan::refuse, 0, 1},
    {"kill", &RunPlan::kill, 0, kEveryAttempt},
};

absl::Status Set(const std::string& word, RunPlan* plan) {
  const size_t equals = word.find('=');
  if (equals == std::string::npos) return absl::OkStatus();
  for (const Field& field : kFields) {
    if (word.substr(0, equals) != field.name) continue;
    int value = 0;
    if (absl::SimpleAtoi(word.substr(equals + 1), &value) &&
        value >= field.least && value <= field.most) {
      plan->*field.value = value;
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError("cannot use " + word + " in a run's plan");
}

}  // namespace

std::string ToMessage(const RunPlan& plan) {
  std::string message;
  for (const Field& field : kFields) {
    absl::StrAppend(&message, message.empty() ? "" : " ", field.name, "=",
                    plan.*field.value);
  }
  return message;
}

absl::StatusOr<RunPlan> ParseRunPlan(std::string_view message) {
  RunPlan plan;
  const absl::string_view words(message.data(), message.size());
  for (const auto word : absl::StrSplit(words, ' ', absl::SkipEmpty())) {
    const absl::Status set = Set(std::string(word), &plan);
    if (!set.ok()) return set;
  }
  return plan;
}

}  // namespace agent::chaos
