#include <string>

#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int kStreams = 1000;
constexpr int64_t kRate = 10;  // of each run
constexpr int64_t kSeconds = 4;
// Runs begin within this: all of their streams are open by then.
constexpr int64_t kSettleUs = 2'000'000;

struct Latency {
  double p50_us = 0;
  double p99_us = 0;
};

Latency Measure(Rig& rig, BenchProcess& writer, BenchProcess& relay) {
  StreamLoad readers(relay.address());
  std::vector<std::string> conversations;
  for (int i = 0; i < kStreams; ++i) {
    conversations.push_back(rig.NewConversation());
    readers.Open(ReadAllOf(conversations.back()));
  }
  Rig::Expect(readers.AwaitOpened(kStreams, kPatience), "streams did not open");
  const int64_t begin = MonotonicNs();
  for (int64_t i = 0; i < kStreams; ++i) {
    // Spread over a run's interval, so that the load is even.
    const int64_t elapsed_us = (MonotonicNs() - begin) / 1000;
    const int64_t delay = kSettleUs + i * (1'000'000 / kRate) / kStreams;
    rig.Run(writer, conversations[static_cast<size_t>(i)],
            {.chunks = kRate * kSeconds,
             .rate = kRate,
             .delay_us = delay > elapsed_us ? delay - elapsed_us : 0});
  }
  Rig::Expect(readers.AwaitEnded(kStreams, kPatience), "runs did not end");
  const StreamTotals totals = readers.totals();
  Rig::Expect(totals.failed == 0, "a stream failed: " + totals.failure);
  return {totals.latency.Quantile(0.5) / 1000,
          totals.latency.Quantile(0.99) / 1000};
}

}  // namespace

void Relay(Rig& rig) {
  using Goal = Comparison::Goal;
  Comparison& p50 =
      rig.report().Add("relay: p50, 10k/s over 1,000 streams (ref: no Redis)",
                       "us", Goal::kAtMost, 2.2);
  Comparison& p99 = rig.report().Add("relay: p99", "us", Goal::kAtMost, 2.5);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const Latency ours = Measure(rig, rig.service(), rig.service());
    const Latency without = Measure(rig, rig.memory_node(), rig.memory_node());
    p50.AddRound(ours.p50_us, without.p50_us);
    p99.AddRound(ours.p99_us, without.p99_us);
    rig.StopAll();
  }
}

void Replicas(Rig& rig) {
  using Goal = Comparison::Goal;
  Comparison& p50 =
      rig.report().Add("replicas: p50 of another process (ref: the same)", "us",
                       Goal::kAtMost, 2);
  Comparison& p99 = rig.report().Add("replicas: p99", "us", Goal::kNone, 0);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const Latency across = Measure(rig, rig.service(), rig.gateway());
    const Latency within = Measure(rig, rig.service(), rig.service());
    p50.AddRound(across.p50_us, within.p50_us);
    p99.AddRound(across.p99_us, within.p99_us);
    rig.StopAll();
  }
}

}  // namespace agent::bench
