#include "tests/bench/bench_agent.h"

#include "absl/time/time.h"
#include "lib/base/status_macros.h"
#include "tests/bench/load_plan.h"

namespace agent::bench {
namespace {

absl::Status SleepUntil(RunContext& context, int64_t when_ns) {
  const int64_t left = when_ns - MonotonicNs();
  if (left <= 0) return absl::OkStatus();
  return context.Sleep(absl::Nanoseconds(left));
}

}  // namespace

absl::Status BenchAgent::Run(RunContext& context) {
  ASSIGN_OR_RETURN(const LoadPlan plan,
                   LoadPlan::Parse(context.input().message));
  const int64_t start = MonotonicNs();
  RETURN_IF_ERROR(SleepUntil(context, start + plan.delay_us * 1000));
  for (int64_t i = 0; i < plan.chunks; ++i) {
    int64_t intended = plan.IntendedNs(start, i);
    if (intended == 0) intended = MonotonicNs();
    RETURN_IF_ERROR(SleepUntil(context, intended));
    RETURN_IF_ERROR(context.Say(StampedText(intended, plan.bytes)));
  }
  return absl::OkStatus();
}

}  // namespace agent::bench
