#include <nlohmann/json.hpp>
#include <string>

#include "lib/agent/subprocess.h"
#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr char kWriteSeconds[] = "2";

struct Figures {
  double writes = 0;
  double p50_us = 0;
};

// The samples' algorithm in Python; false where it cannot be run.
bool MeasureOriginal(Rig& rig, Figures* figures) {
  const auto ran = RunProgram({AGENT_BENCH_PYTHON, AGENT_BENCH_ORIGINAL,
                               rig.redis().socket_path(), kWriteSeconds},
                              {}, [] { return absl::OkStatus(); });
  if (!ran.ok() || ran->exit_status != 0) return false;
  const auto json = nlohmann::json::parse(ran->output, nullptr, false);
  if (!json.is_object()) return false;
  figures->writes = json.value("writes_per_second", 0.0);
  figures->p50_us = json.value("p50_us", 0.0);
  return figures->p50_us > 0;
}

// One writer and one reader, as there.
Figures Ours(Rig& rig) {
  Figures figures;
  const auto measure = [&rig](const LoadPlan& plan) {
    const std::string conversation = rig.NewConversation();
    StreamLoad reader(rig.service().address(), 1);
    reader.Open(ReadAllOf(conversation));
    Rig::Expect(reader.AwaitOpened(1, kPatience), "a stream did not open");
    const int64_t begin = MonotonicNs();
    rig.Run(rig.service(), conversation, plan);
    Rig::Expect(reader.AwaitEnded(1, kPatience), "a run did not end");
    const StreamTotals totals = reader.totals();
    Rig::Expect(totals.failed == 0, "a stream failed: " + totals.failure);
    return std::pair(totals, static_cast<double>(totals.last_ns - begin) / 1e9);
  };
  figures.p50_us =
      measure({.chunks = 40, .rate = 20}).first.latency.Quantile(0.5) / 1000;
  const auto [totals, seconds] = measure({.chunks = 50000});
  figures.writes = static_cast<double>(totals.chunks) / seconds;
  return figures;
}

}  // namespace

void Original(Rig& rig) {
  using Goal = Comparison::Goal;
  Comparison& writes =
      rig.report().Add("original: chunks written by one run (ref: its own)",
                       "chunk/s", Goal::kAtLeast, 50);
  Comparison& latency = rig.report().Add(
      "original: its p50 to a reader (ref: ours)", "us", Goal::kAtLeast, 1000);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const Figures ours = Ours(rig);
    Figures original;
    if (!MeasureOriginal(rig, &original)) {
      rig.report().Note("original: not measured, redis-py is not there");
      break;
    }
    writes.AddRound(ours.writes, original.writes);
    latency.AddRound(original.p50_us, ours.p50_us);
  }
  rig.StopAll();
}

}  // namespace agent::bench
