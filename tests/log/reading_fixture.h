// A hub over a FakeStore, and readers of its one conversation.
#ifndef AGENT_TESTS_LOG_READING_FIXTURE_H_
#define AGENT_TESTS_LOG_READING_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/base/timer_queue.h"
#include "lib/log/log_reader.h"
#include "lib/log/tail_hub.h"
#include "tests/log/fake_store.h"
#include "tests/log/reading.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

class ReadingTest : public ::testing::Test {
 protected:
  ReadingTest() { Limit({}); }

  // With other limits.
  void Limit(TailLimits limits) {
    hub_.reset();
    hub_ = TailHub::Create(&store_, &store_, &timers_, limits);
  }

  static ReadRequest At(std::optional<StreamId> cursor, std::string run = "") {
    ReadRequest request;
    request.conversation = {FakeStore::kPrincipal, FakeStore::kConversation};
    request.cursor = cursor;
    request.run_id = std::move(run);
    return request;
  }
  static ReadRequest Following(std::optional<StreamId> cursor) {
    ReadRequest request = At(cursor);
    request.follow = true;
    return request;
  }

  std::shared_ptr<LogReader> Open(ReadRequest request) {
    return LogReader::Create(hub_.get(), &timers_, std::move(request),
                             options_);
  }
  std::shared_ptr<Reading> Read(ReadRequest request) {
    return Reading::Start(Open(std::move(request)));
  }

  // A run of `texts` pieces, ended unless `open`.
  void WriteRun(const std::string& run, int texts, bool open = false) {
    store_.Admit(run);
    store_.Begin(run);
    for (int i = 0; i < texts; ++i) store_.Say();
    if (!open) store_.Complete();
  }

  // Chunks as this process's writer stores them: its readers hear of them
  // without a wake-up.
  void Store(std::vector<ChunkPtr> chunks) {
    hub_->OnStored(FakeStore::kConversation, std::move(chunks));
  }

  std::vector<StreamId> LogIds(size_t first = 0) const {
    std::vector<StreamId> ids;
    const auto log = store_.log();
    for (size_t i = first; i < log.size(); ++i) ids.push_back(log[i]->id);
    return ids;
  }

  FakeStore store_;  // outlives what the timers' thread still does with it
  TimerQueue timers_;
  ReaderOptions options_;
  std::unique_ptr<TailHub> hub_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_LOG_READING_FIXTURE_H_
