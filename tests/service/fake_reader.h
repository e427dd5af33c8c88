// A LogReader whose every answer the test decides.
#ifndef AGENT_TESTS_SERVICE_FAKE_READER_H_
#define AGENT_TESTS_SERVICE_FAKE_READER_H_

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/mutex.h"
#include "lib/log/log_reader.h"

namespace agent::testing {

// A piece of text as the log's entry `number`.
inline ChunkPtr TextChunk(int number, std::string text) {
  auto chunk = std::make_shared<Chunk>();
  chunk->id = {1000, static_cast<uint64_t>(number) * 1000 + 1};
  chunk->run_id = "run";
  chunk->sequence = number - 1;
  chunk->attempt = 1;
  chunk->content = TextPiece{std::move(text)};
  return chunk;
}

inline ReadBatch BatchOf(std::vector<ChunkPtr> chunks, bool ended = false) {
  ReadBatch batch;
  batch.cursor = chunks.empty() ? StreamId{} : chunks.back()->id;
  batch.chunks = std::move(chunks);
  batch.ended = ended;
  return batch;
}

// Thread-safe. A second Next while one is pending fails the test.
class FakeReader final : public LogReader {
 public:
  static constexpr auto kPatience = std::chrono::seconds(10);

  void Next(Callback<ReadBatch> done) override {
    MutexLock lock(&mu_);
    EXPECT_FALSE(pending_.has_value()) << "two reads at a time";
    if (cancelled_) return;  // the two crossed: nobody waits for the answer
    pending_.emplace(std::move(done));
    changed_.NotifyAll();
  }

  std::optional<StreamId> Start() const override { return StreamId{5, 5001}; }

  void Cancel() override {
    std::optional<Callback<ReadBatch>> pending;
    {
      MutexLock lock(&mu_);
      cancelled_ = true;
      pending.swap(pending_);
      changed_.NotifyAll();
    }
    if (pending.has_value()) (*std::move(pending))(absl::CancelledError());
  }

  // Waits for a Next and answers it; false if none came.
  bool Answer(absl::StatusOr<ReadBatch> batch,
              std::chrono::nanoseconds patience = kPatience) {
    std::optional<Callback<ReadBatch>> pending;
    {
      MutexLock lock(&mu_);
      if (!AwaitLocked(patience, [&] { return pending_.has_value(); })) {
        return false;
      }
      pending.swap(pending_);
    }
    (*std::move(pending))(std::move(batch));
    return true;
  }

  bool AwaitCancel() {
    MutexLock lock(&mu_);
    return AwaitLocked(kPatience, [&] { return cancelled_; });
  }

 private:
  template <typename Condition>
  bool AwaitLocked(std::chrono::nanoseconds patience, Condition condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      if (!changed_.WaitUntil(&mu_, deadline)) return condition();
    }
    return true;
  }

  Mutex mu_;
  CondVar changed_;
  std::optional<Callback<ReadBatch>> pending_ ABSL_GUARDED_BY(mu_);
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_SERVICE_FAKE_READER_H_
