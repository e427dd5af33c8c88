#include <string>

#include "absl/time/clock.h"
#include "tests/bench/scenarios.h"
#include "tests/bench/sse_crowd.h"

namespace agent::bench {
namespace {

constexpr int kStreams = 2000;
constexpr absl::Duration kWatch = absl::Seconds(5);

}  // namespace

void Sse(Rig& rig) {
  using Goal = Comparison::Goal;
  Comparison& memory = rig.report().Add("sse: memory of an open stream",
                                        "bytes", Goal::kAtMost, 20000);
  Comparison& cpu = rig.report().Add("sse: CPU of 2,000 idle streams", "% core",
                                     Goal::kAtMost, 1);
  Comparison& ends =
      rig.report().Add("sse: an end reaches all 2,000", "ms", Goal::kNone, 0);
  BenchProcess& node = rig.service();
  for (int round = 0; round < rig.options().rounds; ++round) {
    const std::string conversation = rig.NewConversation();
    rig.RunToEnd(node, conversation, {.chunks = 1});
    const int64_t before = ResidentBytes(node.pid());
    SseCrowd crowd(node.http_address());
    for (int i = 0; i < kStreams; ++i) {
      Rig::Expect(crowd.Open("/api/agent/stream/" + conversation +
                             "?cursor=0-0&follow=true"),
                  "cannot connect");
    }
    Rig::Expect(crowd.AwaitAll("event: done", kPatience), "no stream began");
    memory.AddFigure(static_cast<double>(ResidentBytes(node.pid()) - before) /
                     kStreams);
    const double used = CpuSeconds(node.pid());
    absl::SleepFor(kWatch);
    cpu.AddFigure((CpuSeconds(node.pid()) - used) * 100 /
                  absl::ToDoubleSeconds(kWatch));
    const int64_t begin = MonotonicNs();
    rig.Run(node, conversation, {.chunks = 1});
    Rig::Expect(crowd.AwaitAll("event: done", kPatience), "an end is missing");
    ends.AddFigure(static_cast<double>(MonotonicNs() - begin) / 1e6);
  }
  rig.StopAll();
}

}  // namespace agent::bench
