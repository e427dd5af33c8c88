// A writer of one attempt on a store whose answers the test decides.
#ifndef AGENT_TESTS_RUNTIME_WRITER_FIXTURE_H_
#define AGENT_TESTS_RUNTIME_WRITER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/agent/response_callback.h"
#include "lib/base/mutex.h"
#include "lib/runtime/response_writer.h"
#include "tests/runtime/scripted_run_store.h"
#include "tests/testing/eventually.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

// Remembers what an embedder is told.
class RecordingCallback final : public AgentResponseCallback {
 public:
  void OnStreamingResponseUpdate(const ChunkPtr& update,
                                 const ResponseContext&) override {
    MutexLock lock(&mu_);
    updates_.push_back(update);
  }
  void OnAgentResponse(const RunEnd& end, const std::string& text,
                       const ResponseContext&) override {
    MutexLock lock(&mu_);
    responses_.push_back({end, text});
    updates_before_response_ = updates_.size();
  }

  std::vector<ChunkPtr> updates() {
    MutexLock lock(&mu_);
    return updates_;
  }
  std::vector<std::pair<RunEnd, std::string>> responses() {
    MutexLock lock(&mu_);
    return responses_;
  }
  size_t updates_before_response() {
    MutexLock lock(&mu_);
    return updates_before_response_;
  }

 private:
  Mutex mu_;
  std::vector<ChunkPtr> updates_ ABSL_GUARDED_BY(mu_);
  std::vector<std::pair<RunEnd, std::string>> responses_ ABSL_GUARDED_BY(mu_);
  size_t updates_before_response_ ABSL_GUARDED_BY(mu_) = 0;
};

inline RunAssignment FirstAttempt() {
  RunAssignment assignment;
  assignment.conversation_id = "conversation";
  assignment.run_id = "run";
  assignment.agent = "agent";
  assignment.attempt = 1;
  assignment.token = "token";
  assignment.next_step = 1;
  assignment.message = "hello";
  assignment.options.timeout = absl::Minutes(1);
  assignment.start_time_ms = 5000;
  assignment.now_ms = 5000;
  return assignment;
}

class WriterFixture : public ::testing::Test {
 protected:
  // Nothing may be on its way when the store goes.
  void TearDown() override {
    if (writer_ == nullptr) return;
    std::atomic<bool> closed{false};
    std::thread closing([&] {
      writer_->Close();
      closed = true;
    });
    while (!closed) {
      if (store_.HasNext()) {
        store_.Answer(store_.Next(), AppendOutcome::Kind::kFenced);
      } else {
        std::this_thread::yield();
      }
    }
    closing.join();
  }

  void Start(RunAssignment assignment = FirstAttempt()) {
    store_.SetPositions(assignment.next_sequence, assignment.next_step);
    writer_ = ResponseWriter::Start(
        assignment, std::chrono::steady_clock::now(), limits_,
        {&store_, &timers_, stop_},
        StoredFeed(
            assignment,
            [this](std::string_view, std::vector<ChunkPtr> chunks) {
              MutexLock lock(&mu_);
              stored_.insert(stored_.end(), chunks.begin(), chunks.end());
            },
            &callback_));
  }

  // Starts, and stores the attempt's first entry.
  void StartWriting(RunAssignment assignment = FirstAttempt()) {
    Start(std::move(assignment));
    store_.Store(store_.Next());
  }

  absl::Status Say(std::string text) {
    return writer_->Add(TextPiece{std::move(text)});
  }

  std::vector<ChunkPtr> stored() {
    MutexLock lock(&mu_);
    return stored_;
  }

  static std::vector<std::string> Texts(
      const std::vector<ChunkContent>& contents) {
    std::vector<std::string> texts;
    for (const ChunkContent& content : contents) {
      const auto* piece = std::get_if<TextPiece>(&content);
      texts.push_back(piece == nullptr ? "<other>" : piece->text);
    }
    return texts;
  }

  static RunEnd Completed() { return {}; }
  static RunEnd Cancelled() {
    RunEnd end;
    end.state = RunState::kCancelled;
    return end;
  }

  RunLimits limits_;
  TimerQueue timers_;
  ScriptedRunStore store_{ScriptedRunStore::Mode::kByHand};
  std::shared_ptr<StopSignal> stop_ = StopSignal::Create();
  RecordingCallback callback_;
  std::shared_ptr<ResponseWriter> writer_;

 private:
  Mutex mu_;
  std::vector<ChunkPtr> stored_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_RUNTIME_WRITER_FIXTURE_H_
