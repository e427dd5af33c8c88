#include <algorithm>
#include <string>

#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int kReaders = 1000;
constexpr int64_t kChunks = 1500;

struct Deliveries {
  double per_second = 0;
  int64_t chunks_per_message = 1;
  int64_t redis_reads = 0;
};

Deliveries Rate(const StreamTotals& totals, int64_t begin) {
  Rig::Expect(totals.failed == 0, "a stream failed: " + totals.failure);
  return {static_cast<double>(totals.chunks) * 1e9 /
              static_cast<double>(totals.last_ns - begin),
          std::max<int64_t>(1, totals.chunks / totals.messages), 0};
}

// Whole pages: each asks for two times to live, and nothing else does while a
// run goes on. (What it reads of the log is for the script to choose.)
int64_t PagesRead(Rig& rig) {
  const Reply reply = rig.redis().Command({"INFO", "commandstats"});
  const std::string text(reply.view().Text());
  const std::string name = "cmdstat_pttl:calls=";
  const size_t at = text.find(name);
  return at == std::string::npos
             ? 0
             : std::atoll(text.c_str() + at + name.size()) / 2;
}

Deliveries Ours(Rig& rig) {
  const std::string conversation = rig.NewConversation();
  StreamLoad readers(rig.service().address());
  for (int i = 0; i < kReaders; ++i) readers.Open(ReadAllOf(conversation));
  Rig::Expect(readers.AwaitOpened(kReaders, kPatience), "streams did not open");
  const int64_t pages = PagesRead(rig);
  const int64_t begin = MonotonicNs();
  rig.Run(rig.service(), conversation, {.chunks = kChunks});
  Rig::Expect(readers.AwaitEnded(kReaders, kPatience), "streams did not end");
  Deliveries found = Rate(readers.totals(), begin);
  found.redis_reads = PagesRead(rig) - pages;
  return found;
}

Deliveries Bare(Rig& rig, int64_t chunks_per_message) {
  StreamLoad readers(rig.bare().address());
  v1::StreamResponseRequest request;
  request.set_conversation_id(LoadPlan{.chunks = kChunks}.ToMessage());
  request.set_cursor(std::to_string(chunks_per_message));
  const int64_t begin = MonotonicNs();
  for (int i = 0; i < kReaders; ++i) readers.Open(request);
  Rig::Expect(readers.AwaitEnded(kReaders, kPatience), "streams did not end");
  return Rate(readers.totals(), begin);
}

}  // namespace

void Fanout(Rig& rig) {
  Comparison& rate =
      rig.report().Add("fanout: one run to 1,000 readers (ref: bare gRPC)",
                       "chunk/s", Comparison::Goal::kAtLeast, 0.7);
  Comparison& reads = rig.report().Add("fanout: Redis reads for 1,000 readers",
                                       "reads", Comparison::Goal::kAtMost, 200);
  Ours(rig);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const Deliveries ours = Ours(rig);
    const Deliveries bare = Bare(rig, ours.chunks_per_message);
    rate.AddRound(ours.per_second, bare.per_second);
    reads.AddFigure(static_cast<double>(ours.redis_reads));
  }
  rig.StopAll();
}

}  // namespace agent::bench
