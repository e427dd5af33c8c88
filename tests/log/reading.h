// A client of a LogReader: pulls, and remembers what it was told.
#ifndef AGENT_TESTS_LOG_READING_H_
#define AGENT_TESTS_LOG_READING_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "lib/base/mutex.h"
#include "lib/log/log_reader.h"
#include "tests/testing/eventually.h"

namespace agent::testing {

// Thread-safe. Pulls on until its stream is over, or one batch at a time.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  static std::shared_ptr<Reading> Start(std::shared_ptr<LogReader> reader) {
    auto reading = std::make_shared<Reading>(std::move(reader), true);
    reading->Pull();
    return reading;
  }
  static std::shared_ptr<Reading> Paused(std::shared_ptr<LogReader> reader) {
    return std::make_shared<Reading>(std::move(reader), false);
  }

  Reading(std::shared_ptr<LogReader> reader, bool running)
      : reader_(std::move(reader)), running_(running) {}
  ~Reading() { reader_->Cancel(); }

  void Pull() {
    reader_->Next([weak = weak_from_this()](absl::StatusOr<ReadBatch> batch) {
      if (const auto self = weak.lock()) self->OnBatch(std::move(batch));
    });
  }
  void Cancel() { reader_->Cancel(); }
  void Resume() {
    {
      MutexLock lock(&mu_);
      running_ = true;
    }
    Pull();
  }

  std::vector<ChunkPtr> chunks() const {
    MutexLock lock(&mu_);
    return chunks_;
  }
  std::vector<StreamId> ids() const {
    std::vector<StreamId> ids;
    for (const ChunkPtr& chunk : chunks()) ids.push_back(chunk->id);
    return ids;
  }
  size_t count() const { return chunks().size(); }
  size_t batches() const {
    MutexLock lock(&mu_);
    return batches_;
  }
  StreamId cursor() const {
    MutexLock lock(&mu_);
    return cursor_;
  }
  // None while it goes on; OK: it ended.
  std::optional<absl::Status> end() const {
    MutexLock lock(&mu_);
    return end_;
  }
  // Waits for the end.
  absl::Status AwaitEnd() const {
    if (!Eventually([this] { return end().has_value(); })) {
      return absl::DeadlineExceededError("the stream goes on");
    }
    return *end();
  }
  bool AwaitCount(size_t count) const {
    return Eventually([&] { return this->count() >= count; });
  }

 private:
  void OnBatch(absl::StatusOr<ReadBatch> batch) {
    bool go_on = false;
    {
      MutexLock lock(&mu_);
      if (batch.ok()) {
        ++batches_;
        chunks_.insert(chunks_.end(), batch->chunks.begin(),
                       batch->chunks.end());
        cursor_ = batch->cursor;
        if (batch->ended) end_ = absl::OkStatus();
      } else {
        end_ = batch.status();
      }
      go_on = running_ && !end_.has_value();
    }
    if (go_on) Pull();
  }

  const std::shared_ptr<LogReader> reader_;
  mutable Mutex mu_;
  bool running_ ABSL_GUARDED_BY(mu_);
  std::vector<ChunkPtr> chunks_ ABSL_GUARDED_BY(mu_);
  size_t batches_ ABSL_GUARDED_BY(mu_) = 0;
  StreamId cursor_ ABSL_GUARDED_BY(mu_);
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_LOG_READING_H_
