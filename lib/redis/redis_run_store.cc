#include "lib/redis/redis_run_store.h"

#include <algorithm>
#include <utility>

#include "lib/base/abort_point.h"
#include "lib/base/random.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/lifetimes.h"
#include "lib/redis/message_reader.h"
#include "lib/redis/run_codec.h"
#include "lib/redis/store_errors.h"

namespace agent {
namespace {

// When an admission whose hint was lost is found by the sweep.
constexpr absl::Duration kAdmissionLook = absl::Seconds(2);
// Of the history that a run is given.
constexpr int64_t kMaxHistoryBytes = 4 << 20;

std::vector<std::string> AdmitArgs(const RunLimits& limits,
                                   const AdmitRequest& request) {
  Message message;
  message.text = request.message;
  message.run_id = request.run_id;
  RunOptions options = request.options;
  if (options.timeout <= absl::ZeroDuration()) {
    options.timeout = limits.run_timeout;
  }
  std::vector<std::string> args = LifetimeArgs(limits);
  args.insert(args.end(),
              {request.run_id, request.request_id, request.request_hash,
               MessageToJson(message), EncodeRunOptions(options),
               std::to_string(absl::ToInt64Milliseconds(options.timeout)),
               request.conversation.principal, request.agent,
               std::to_string(limits.max_queued_runs)});
  return args;
}

// History is what was said before the run, whole turns: it begins with a user's
// message.
void TakeMessages(std::vector<IndexedMessage> found, const BeginAnswer& begun,
                  RunAssignment* run) {
  for (IndexedMessage& entry : found) {
    if (entry.index > begun.base) {
      run->steps.push_back(std::move(entry.message));
    } else if (entry.index < begun.base) {
      const bool begins_turn = entry.message.role == Role::kUser;
      if (run->history.empty() && !begins_turn) continue;
      run->history.push_back(std::move(entry.message));
    }
  }
  run->history_dropped = begun.base - static_cast<int64_t>(run->history.size());
}

}  // namespace

void RedisRunStore::Admit(AdmitRequest request, Callback<Admission> done) {
  // Before the script: a run that is accepted is never in no index.
  context_.due->Request({request.agent, request.conversation.conversation_id},
                        kAdmissionLook, [](const absl::Status&) {});
  std::vector<std::string> args = AdmitArgs(context_.limits, request);
  auto keys = keys::OfConversation(request.conversation.conversation_id);
  context_.client->Run(
      context_.scripts->admit, std::move(keys), std::move(args),
      [this, request = std::move(request),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        OnAdmitted(request, *reply, std::move(done));
      });
}

void RedisRunStore::OnAdmitted(const AdmitRequest& request, const Reply& reply,
                               Callback<Admission> done) const {
  const bool repeated = reply[0].Text() == "DUP";
  if (!repeated) {
    const absl::Status status = StatusOfAnswer(reply.view());
    if (!status.ok()) return std::move(done)(status);
  }
  Admission admission;
  admission.run_id = reply[1].Text();
  admission.cursor = DecodeId(reply[2]);
  admission.accept_time_ms = reply[3].Integer();
  admission.repeated = repeated;
  const std::string& conversation_id = request.conversation.conversation_id;
  AGENT_ABORT_POINT(after_admit, conversation_id);
  context_.due->Hint({request.agent, conversation_id});
  context_.conversations->Touch(request.agent, conversation_id,
                                admission.accept_time_ms);
  std::move(done)(std::move(admission));
}

void RedisRunStore::Begin(std::string conversation_id, std::string token,
                          Callback<BeginOutcome> done) {
  AskBegin(std::move(conversation_id), std::move(token), /*judge_only=*/false,
           std::move(done));
}

void RedisRunStore::Judge(std::string conversation_id,
                          Callback<BeginOutcome> done) {
  AskBegin(std::move(conversation_id), RandomId(), /*judge_only=*/true,
           std::move(done));
}

void RedisRunStore::AskBegin(std::string conversation_id, std::string token,
                             bool judge_only, Callback<BeginOutcome> done) {
  auto keys = keys::OfConversation(conversation_id);
  auto args = EncodeBegin(context_.limits, token, judge_only);
  context_.client->Run(
      context_.scripts->begin, std::move(keys), std::move(args),
      [this, conversation_id = std::move(conversation_id),
       token = std::move(token),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        auto begun = DecodeBegin(conversation_id, token, reply->view());
        if (!begun.ok()) return std::move(done)(begun.status());
        const std::vector<DeadLetter> owed = std::move(begun->owed);
        letters_.Write(owed, [this, begun = *std::move(begun),
                              done = std::move(done)]() mutable {
          if (begun.outcome.kind == BeginOutcome::Kind::kRun) {
            return OnBegun(std::move(begun), std::move(done));
          }
          std::move(done)(std::move(begun.outcome));
        });
      });
}

void RedisRunStore::OnBegun(BeginAnswer begun, Callback<BeginOutcome> done) {
  RunAssignment& run = begun.outcome.assignment;
  const int64_t lease_ms = absl::ToInt64Milliseconds(context_.limits.lease);
  // Negative when the clock stepped back meanwhile.
  run.lease_age_ms =
      std::max<int64_t>(0, lease_ms - (begun.lease_deadline_ms - run.now_ms));
  context_.due->Heartbeat({begun.agent, run.conversation_id},
                          begun.lease_deadline_ms);
  // The run's own steps are all needed, and bounded as its output is.
  MessageRange range;
  range.conversation_id = run.conversation_id;
  range.from =
      std::max<int64_t>(0, begun.base - context_.limits.max_history_messages);
  range.to = run.next_step;
  range.bounded_to = begun.base;
  range.max_bytes = kMaxHistoryBytes;
  ReadMessages(context_.client, context_.scripts, std::move(range),
               [begun = std::move(begun), done = std::move(done)](
                   absl::StatusOr<std::vector<IndexedMessage>> found) mutable {
                 // The caller asks again with the same token and gets the same
                 // run.
                 if (!found.ok()) return std::move(done)(found.status());
                 TakeMessages(*std::move(found), begun,
                              &begun.outcome.assignment);
                 std::move(done)(std::move(begun.outcome));
               });
}

void RedisRunStore::Append(AppendRequest request,
                           Callback<AppendOutcome> done) {
  auto args = EncodeAppend(context_.limits, request);
  auto keys = keys::OfConversation(request.conversation_id);
  const bool ends = request.end.has_value();
  const int exhausted_after = ends ? request.end->exhausted_after : 0;
  context_.client->RunWithTimeout(
      context_.scripts->append, std::move(keys), std::move(args),
      request.patience,
      [this, conversation_id = std::move(request.conversation_id),
       run_id = std::move(request.run_id), ends, exhausted_after,
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        auto appended = DecodeAppend(reply->view());
        if (!appended.ok()) return std::move(done)(appended.status());
        const AppendOutcome& outcome = appended->outcome;
        if (outcome.kind == AppendOutcome::Kind::kOk && ends) {
          context_.conversations->Touch(appended->agent, conversation_id,
                                        outcome.write_time_ms);
        } else if (outcome.kind == AppendOutcome::Kind::kOk) {
          context_.due->Heartbeat(
              {appended->agent, conversation_id},
              outcome.write_time_ms +
                  absl::ToInt64Milliseconds(context_.limits.lease));
        }
        if (outcome.kind != AppendOutcome::Kind::kOk || exhausted_after == 0) {
          return std::move(done)(outcome);
        }
        letters_.Write(
            {{appended->agent, conversation_id, run_id, exhausted_after}},
            [outcome, done = std::move(done)]() mutable {
              std::move(done)(outcome);
            });
      });
}

void RedisRunStore::Release(std::string conversation_id, std::string run_id,
                            int attempt, std::string token, ReleaseKind kind,
                            StatusCallback done) {
  std::vector<std::string> args = LifetimeArgs(context_.limits);
  args.insert(args.end(),
              {std::move(run_id), std::to_string(attempt), std::move(token),
               kind == ReleaseKind::kHandOver ? "1" : "2"});
  auto keys = keys::OfConversation(conversation_id);
  context_.client->Run(
      context_.scripts->release, std::move(keys), std::move(args),
      [this, conversation_id = std::move(conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        if ((*reply)[0].Text() != "OK") {
          return std::move(done)(absl::OkStatus());
        }
        const WorkHint work = {std::string((*reply)[1].Text()),
                               conversation_id};
        context_.due->Request(work, absl::ZeroDuration(), std::move(done));
        context_.due->Hint(work);
      });
}

}  // namespace agent
