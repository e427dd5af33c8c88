#include "service/metrics/metered_runs.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "lib/base/clock.h"

namespace agent {
namespace {

bool HoldsText(const std::vector<ChunkContent>& chunks) {
  return std::any_of(chunks.begin(), chunks.end(),
                     [](const ChunkContent& content) {
                       return std::holds_alternative<TextPiece>(content);
                     });
}

// What a caller did wrong is no failure of the store's.
bool IsStoreFailure(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsInternal(status) ||
         absl::IsResourceExhausted(status);
}

}  // namespace

template <typename T>
Callback<T> MeteredRuns::Watched(const char* operation, Callback<T> done) {
  return [metrics = metrics_, operation,
          done = std::move(done)](absl::StatusOr<T> answer) mutable {
    if (IsStoreFailure(answer.status())) {
      metrics->StoreFailed(operation, answer.status());
    }
    std::move(done)(std::move(answer));
  };
}

void MeteredRuns::Admit(AdmitRequest request, Callback<Admission> done) {
  std::string agent = request.agent;
  auto counted =
      [metrics = metrics_, agent = std::move(agent),
       done = std::move(done)](absl::StatusOr<Admission> admission) mutable {
        if (admission.ok() && !admission->repeated) metrics->RunAccepted(agent);
        std::move(done)(std::move(admission));
      };
  runs_->Admit(std::move(request),
               Watched<Admission>("admit", std::move(counted)));
}

void MeteredRuns::Begin(std::string conversation_id, std::string token,
                        Callback<BeginOutcome> done) {
  auto counted = [this, done = std::move(done)](
                     absl::StatusOr<BeginOutcome> begun) mutable {
    if (begun.ok() && begun->kind == BeginOutcome::Kind::kRun) {
      attempts_->Began(begun->assignment);
    }
    std::move(done)(std::move(begun));
  };
  runs_->Begin(std::move(conversation_id), std::move(token),
               Watched<BeginOutcome>("begin", std::move(counted)));
}

void MeteredRuns::Append(AppendRequest request, Callback<AppendOutcome> done) {
  const auto chunks = static_cast<int64_t>(request.chunks.size()) +
                      (request.end.has_value() ? 1 : 0);
  const bool text = HoldsText(request.chunks);
  std::optional<RunState> end;
  if (request.end.has_value()) end = request.end->state;
  auto counted =
      [this, run_id = request.run_id, chunks, text, end,
       sent = std::chrono::steady_clock::now(),
       done = std::move(done)](absl::StatusOr<AppendOutcome> outcome) mutable {
        if (outcome.ok()) {
          if (chunks > 0) {
            metrics_->Appended(
                absl::FromChrono(std::chrono::steady_clock::now() - sent),
                chunks, outcome->written);
          }
          OnAppended(run_id, *outcome, text, end.has_value() ? &*end : nullptr);
        }
        std::move(done)(std::move(outcome));
      };
  runs_->Append(std::move(request),
                Watched<AppendOutcome>("append", std::move(counted)));
}

void MeteredRuns::OnAppended(const std::string& run_id,
                             const AppendOutcome& outcome, bool text,
                             const RunState* end) {
  switch (outcome.kind) {
    case AppendOutcome::Kind::kOk:
      attempts_->Wrote(run_id, text, outcome.write_time_ms);
      if (end != nullptr) attempts_->Ended(run_id, *end);
      return;
    case AppendOutcome::Kind::kFenced:
      return metrics_->FencedWrite();
    case AppendOutcome::Kind::kGap:
      return metrics_->TailLost();
    case AppendOutcome::Kind::kCancel:
    case AppendOutcome::Kind::kLost:
      return;
  }
}

void MeteredRuns::Release(std::string conversation_id, std::string run_id,
                          int attempt, std::string token, ReleaseKind kind,
                          StatusCallback done) {
  attempts_->Over(run_id);
  runs_->Release(std::move(conversation_id), std::move(run_id), attempt,
                 std::move(token), kind, std::move(done));
}

void MeteredRuns::Cancel(ConversationKey conversation, std::string run_id,
                         Callback<Run> done) {
  runs_->Cancel(std::move(conversation), std::move(run_id),
                Watched<Run>("cancel", std::move(done)));
}

void MeteredRuns::Delete(ConversationKey conversation, bool force,
                         StatusCallback done) {
  runs_->Delete(std::move(conversation), force, std::move(done));
}

void MeteredRuns::GetRun(ConversationKey conversation, std::string run_id,
                         Callback<Run> done) {
  runs_->GetRun(std::move(conversation), std::move(run_id),
                Watched<Run>("get_run", std::move(done)));
}

void MeteredRuns::ListRuns(ConversationKey conversation, int page_size,
                           std::string page_token, Callback<Page<Run>> done) {
  runs_->ListRuns(std::move(conversation), page_size, std::move(page_token),
                  Watched<Page<Run>>("list_runs", std::move(done)));
}

void MeteredRuns::GetConversation(ConversationKey conversation,
                                  Callback<Conversation> done) {
  runs_->GetConversation(
      std::move(conversation),
      Watched<Conversation>("get_conversation", std::move(done)));
}

void MeteredRuns::ListConversations(std::string principal, std::string agent,
                                    int page_size, std::string page_token,
                                    Callback<Page<Conversation>> done) {
  runs_->ListConversations(
      std::move(principal), std::move(agent), page_size, std::move(page_token),
      Watched<Page<Conversation>>("list_conversations", std::move(done)));
}

}  // namespace agent
