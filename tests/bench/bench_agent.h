// The agent of the benchmarks: says what its message plans, on time.
#ifndef AGENT_TESTS_BENCH_BENCH_AGENT_H_
#define AGENT_TESTS_BENCH_BENCH_AGENT_H_

#include <string>

#include "lib/agent/agent.h"

namespace agent::bench {

inline constexpr char kBenchAgent[] = "Bench";

class BenchAgent final : public Agent {
 public:
  std::string name() const override { return kBenchAgent; }
  std::string description() const override { return "Says what is planned"; }
  absl::Status Run(RunContext& context) override;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_BENCH_AGENT_H_
