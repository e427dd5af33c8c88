#include <algorithm>
#include <string>

#include "lib/base/callback.h"
#include "tests/bench/scenarios.h"

namespace agent::bench {
namespace {

constexpr int64_t kChunks = 10000;
constexpr int kReadings = 8;  // in each round, one after the other
constexpr int kPage = 200;

double Ours(Rig& rig, const std::string& conversation) {
  const int64_t begin = MonotonicNs();
  int64_t chunks = 0;
  StreamLoad reader(rig.service().address(), 1);
  for (int i = 1; i <= kReadings; ++i) {
    reader.Open(ReadAllOf(conversation));
    Rig::Expect(reader.AwaitEnded(i, kPatience), "a stream did not end");
  }
  chunks = reader.totals().chunks;
  Rig::Expect(chunks >= kReadings * kChunks, "chunks are missing");
  return static_cast<double>(chunks) * 1e9 /
         static_cast<double>(MonotonicNs() - begin);
}

// Reads the same log by pages; how many entries.
int64_t ReadPlainly(Rig& rig, const std::string& key) {
  int64_t entries = 0;
  for (std::string from = "-";;) {
    const auto reply = Await<Reply>([&](Callback<Reply> done) {
      rig.client().Send(
          {"XRANGE", key, from, "+", "COUNT", std::to_string(kPage)},
          std::move(done));
    });
    Rig::Expect(reply.ok(), "XRANGE failed");
    const size_t size = reply->view().size();
    entries += static_cast<int64_t>(size);
    if (size < kPage) return entries;
    from = "(" + std::string((*reply)[size - 1][0].Text());
  }
}

double Plain(Rig& rig, const std::string& conversation) {
  const int64_t begin = MonotonicNs();
  int64_t entries = 0;
  for (int i = 0; i < kReadings; ++i) {
    entries += ReadPlainly(rig, "agent-stream:" + conversation);
  }
  return static_cast<double>(entries) * 1e9 /
         static_cast<double>(MonotonicNs() - begin);
}

}  // namespace

void Catchup(Rig& rig) {
  Comparison& rate =
      rig.report().Add("catchup: an answer of 10,000 chunks (ref: XRANGE)",
                       "chunk/s", Comparison::Goal::kAtLeast, 0.6);
  const std::string conversation = rig.NewConversation();
  rig.RunToEnd(rig.service(), conversation, {.chunks = kChunks});
  Ours(rig, conversation);
  for (int round = 0; round < rig.options().rounds; ++round) {
    const double ours = Ours(rig, conversation);
    rate.AddRound(ours, Plain(rig, conversation));
  }
  rig.StopAll();
}

}  // namespace agent::bench
