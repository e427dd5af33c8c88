#include <string>
#include <vector>

#include "lib/base/mutex.h"
#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int kRuns = 100;
constexpr int64_t kChunks = 3000;
// Commands on their way: deep enough that Redis never waits for us.
constexpr int64_t kWindow = 1024;

double PerSecond(int64_t count, int64_t begin_ns, int64_t end_ns) {
  return static_cast<double>(count) * 1e9 /
         static_cast<double>(end_ns - begin_ns);
}

double Ours(Rig& rig) {
  StreamLoad readers(rig.service().address());
  std::vector<std::string> conversations;
  for (int i = 0; i < kRuns; ++i) {
    conversations.push_back(rig.NewConversation());
    readers.Open(ReadAllOf(conversations.back()));
  }
  Rig::Expect(readers.AwaitOpened(kRuns, kPatience), "streams did not open");
  const int64_t begin = MonotonicNs();
  for (const std::string& conversation : conversations) {
    rig.Run(rig.service(), conversation, {.chunks = kChunks});
  }
  Rig::Expect(readers.AwaitEnded(kRuns, kPatience), "runs did not end");
  const StreamTotals totals = readers.totals();
  Rig::Expect(totals.failed == 0, "a stream failed: " + totals.failure);
  return PerSecond(totals.chunks, begin, totals.last_ns);
}

// The entries of as many runs, pipelined through the same loop.
class PlainWriter {
 public:
  explicit PlainWriter(RedisClient* client) : client_(client) {}

  double Write(int64_t total) {
    const std::string text = StampedText(MonotonicNs(), 40);
    const int64_t begin = MonotonicNs();
    for (int64_t i = 0; i < total; ++i) {
      Acquire();
      client_->Send(
          {"XADD", "plain:" + std::to_string(i % kRuns), "*", "text", text,
           "sequence", std::to_string(i / kRuns), "timestamp", "1734649123456",
           "run", "0123456789abcdef0123456789abcdef", "attempt", "1"},
          [this](absl::StatusOr<Reply> reply) { Release(reply.ok()); });
    }
    AwaitAll();
    return PerSecond(total, begin, MonotonicNs());
  }

 private:
  void Acquire() {
    MutexLock lock(&mu_);
    while (in_flight_ >= kWindow) changed_.Wait(&mu_);
    ++in_flight_;
  }
  void Release(bool ok) {
    Rig::Expect(ok, "XADD failed");
    MutexLock lock(&mu_);
    // Wakes the sender when half is free again, not at every reply.
    if (--in_flight_ == kWindow / 2 || in_flight_ == 0) changed_.NotifyAll();
  }
  void AwaitAll() {
    MutexLock lock(&mu_);
    while (in_flight_ > 0) changed_.Wait(&mu_);
  }

  RedisClient* const client_;
  Mutex mu_;
  CondVar changed_;
  int64_t in_flight_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace

void Append(Rig& rig) {
  Comparison& rate =
      rig.report().Add("append: chunks persisted and delivered", "chunk/s",
                       Comparison::Goal::kAtLeast, 0.4);
  Ours(rig);  // the processes warm up
  for (int round = 0; round < rig.options().rounds; ++round) {
    const double ours = Ours(rig);
    rate.AddRound(ours, PlainWriter(&rig.client()).Write(kRuns * kChunks));
    rig.redis().Command({"FLUSHALL"});
  }
  rig.StopAll();
}

}  // namespace agent::bench
