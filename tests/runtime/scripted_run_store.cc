#include "tests/runtime/scripted_run_store.h"

#include <cstdio>
#include <cstdlib>

#include "lib/base/error.h"

namespace agent::testing {
namespace {

using Kind = AppendOutcome::Kind;

absl::Status Unused() { return absl::UnimplementedError("not of this double"); }

}  // namespace

ScriptedRunStore::Pending::~Pending() {
  if (!done) return;
  AppendOutcome fenced;
  fenced.kind = Kind::kFenced;
  std::exchange(done, nullptr)(fenced);
}

ScriptedRunStore::ScriptedRunStore(Mode mode)
    : mode_(mode), thread_([this] { Loop(); }) {}

ScriptedRunStore::~ScriptedRunStore() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
  std::deque<Pending> rest;
  {
    MutexLock lock(&mu_);
    rest.swap(pending_);
  }
  for (Pending& pending : rest) Lose(std::move(pending));
}

void ScriptedRunStore::Loop() {
  while (mode_ == Mode::kAtOnce) {
    Pending pending;
    {
      MutexLock lock(&mu_);
      while (pending_.empty() && !stopping_) changed_.Wait(&mu_);
      if (pending_.empty()) return;
      pending = std::move(pending_.front());
      pending_.pop_front();
    }
    Store(std::move(pending));
  }
}

void ScriptedRunStore::Append(AppendRequest request,
                              Callback<AppendOutcome> done) {
  MutexLock lock(&mu_);
  pending_.emplace_back(std::move(request), std::move(done));
  changed_.NotifyAll();
}

ScriptedRunStore::Pending ScriptedRunStore::Next() {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(10);
  MutexLock lock(&mu_);
  while (pending_.empty()) {
    if (!changed_.WaitUntil(&mu_, deadline) && pending_.empty()) {
      std::fputs("no append came\n", stderr);
      std::abort();
    }
  }
  Pending pending = std::move(pending_.front());
  pending_.pop_front();
  return pending;
}

bool ScriptedRunStore::HasNext() {
  MutexLock lock(&mu_);
  return !pending_.empty();
}

AppendOutcome ScriptedRunStore::ApplyLocked(const AppendRequest& request) {
  const int64_t next_sequence =
      first_sequence_ + static_cast<int64_t>(entries_.size());
  const int64_t next_step = first_step_ + static_cast<int64_t>(steps_.size());
  AppendOutcome outcome;
  outcome.next_sequence = next_sequence;
  outcome.next_step = next_step;
  const auto refuse = [&](Kind kind) {
    outcome.kind = kind;
    return outcome;
  };
  const bool ended = end_.has_value() && request.end.has_value();
  if (fenced_ || (end_.has_value() && !ended)) return refuse(Kind::kFenced);
  if (cancel_ && !request.end.has_value()) return refuse(Kind::kCancel);
  if (request.sequence > next_sequence || request.step_index > next_step) {
    return refuse(Kind::kGap);
  }
  requests_.push_back(request);
  if (!ended) {
    auto skip = static_cast<size_t>(next_sequence - request.sequence);
    for (; skip < request.chunks.size(); ++skip) {
      entries_.push_back({request.chunks[skip],
                          request.sequence + static_cast<int64_t>(skip),
                          request.attempt});
      ++outcome.written;
    }
    if (request.end.has_value()) {
      ++outcome.written;
      end_ = request.end;
    }
    if (request.step.has_value() && request.step_index == next_step) {
      steps_.push_back(*request.step);
    }
  }
  if (outcome.written > 0) ++ms_;
  const auto n = static_cast<uint64_t>(first_sequence_) + entries_.size() +
                 (end_.has_value() ? 1 : 0);
  outcome.last_id = {ms_, n * 1000 + static_cast<uint64_t>(request.attempt)};
  outcome.next_sequence = first_sequence_ +
                          static_cast<int64_t>(entries_.size()) +
                          (end_.has_value() ? 1 : 0);
  outcome.next_step = first_step_ + static_cast<int64_t>(steps_.size());
  outcome.write_time_ms = static_cast<int64_t>(ms_);
  return outcome;
}

void ScriptedRunStore::Store(Pending pending) {
  AppendOutcome outcome;
  {
    MutexLock lock(&mu_);
    outcome = ApplyLocked(pending.request);
  }
  std::exchange(pending.done, nullptr)(outcome);
}

void ScriptedRunStore::StoreAndLoseReply(Pending pending) {
  {
    MutexLock lock(&mu_);
    ApplyLocked(pending.request);
  }
  Lose(std::move(pending));
}

void ScriptedRunStore::Lose(Pending pending) {
  std::exchange(pending.done,
                nullptr)(StoreUnavailable("the connection was lost"));
}

void ScriptedRunStore::Answer(Pending pending, Kind kind) {
  AppendOutcome outcome;
  outcome.kind = kind;
  std::exchange(pending.done, nullptr)(outcome);
}

void ScriptedRunStore::Gap(Pending pending) {
  AppendOutcome outcome;
  outcome.kind = Kind::kGap;
  {
    MutexLock lock(&mu_);
    outcome.next_sequence =
        first_sequence_ + static_cast<int64_t>(entries_.size());
    outcome.next_step = first_step_ + static_cast<int64_t>(steps_.size());
  }
  std::exchange(pending.done, nullptr)(outcome);
}

void ScriptedRunStore::Truncate(int64_t next_sequence, int64_t next_step) {
  MutexLock lock(&mu_);
  entries_.resize(static_cast<size_t>(next_sequence - first_sequence_));
  steps_.resize(static_cast<size_t>(next_step - first_step_));
}

void ScriptedRunStore::AskCancel() {
  MutexLock lock(&mu_);
  cancel_ = true;
}

void ScriptedRunStore::Fence() {
  MutexLock lock(&mu_);
  fenced_ = true;
}

void ScriptedRunStore::SetPositions(int64_t next_sequence, int64_t next_step) {
  MutexLock lock(&mu_);
  first_sequence_ = next_sequence;
  first_step_ = next_step;
}

std::vector<ScriptedRunStore::Entry> ScriptedRunStore::entries() {
  MutexLock lock(&mu_);
  return entries_;
}

std::vector<std::string> ScriptedRunStore::steps() {
  MutexLock lock(&mu_);
  return steps_;
}

std::optional<RunEnd> ScriptedRunStore::end() {
  MutexLock lock(&mu_);
  return end_;
}

std::vector<AppendRequest> ScriptedRunStore::requests() {
  MutexLock lock(&mu_);
  return requests_;
}

std::vector<ScriptedRunStore::Released> ScriptedRunStore::released() {
  MutexLock lock(&mu_);
  return released_;
}

std::string ScriptedRunStore::text() {
  std::string text;
  for (const Entry& entry : entries()) {
    const auto* piece = std::get_if<TextPiece>(&entry.content);
    if (piece != nullptr) text += piece->text;
  }
  return text;
}

void ScriptedRunStore::Release(std::string, std::string, int attempt,
                               std::string token, ReleaseKind kind,
                               StatusCallback done) {
  {
    MutexLock lock(&mu_);
    released_.push_back({std::move(token), attempt, kind});
  }
  std::move(done)(absl::OkStatus());
}

void ScriptedRunStore::Admit(AdmitRequest, Callback<Admission> done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::Begin(std::string, std::string,
                             Callback<BeginOutcome> done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::Cancel(ConversationKey, std::string,
                              Callback<Run> done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::Delete(ConversationKey, bool, StatusCallback done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::GetRun(ConversationKey, std::string,
                              Callback<Run> done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::ListRuns(ConversationKey, int, std::string,
                                Callback<Page<Run>> done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::GetConversation(ConversationKey,
                                       Callback<Conversation> done) {
  std::move(done)(Unused());
}
void ScriptedRunStore::ListConversations(std::string, std::string, int,
                                         std::string,
                                         Callback<Page<Conversation>> done) {
  std::move(done)(Unused());
}

}  // namespace agent::testing
