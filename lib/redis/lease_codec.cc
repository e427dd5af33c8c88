#include "lib/redis/lease_codec.h"

#include <utility>

#include "lib/log/message.h"
#include "lib/redis/entry_codec.h"
#include "lib/redis/lifetimes.h"
#include "lib/redis/run_codec.h"
#include "lib/redis/store_errors.h"

namespace agent {
namespace {

std::string Ms(absl::Duration duration) {
  return std::to_string(absl::ToInt64Milliseconds(duration));
}

void AddEntry(EntryFields entry, std::vector<std::string>* args) {
  args->push_back(std::move(entry.text));
  args->push_back(std::to_string(entry.fields.size()));
  for (std::string& field : entry.fields) args->push_back(std::move(field));
}

ChunkContent TerminalOf(const RunEnd& end) {
  switch (end.state) {
    case RunState::kFailed:
      return end.failed;
    case RunState::kCancelled:
      return RunCancelled{};
    default:
      break;
  }
  RunCompleted completed = end.completed;
  if (completed.usage == Usage{}) completed.usage = end.usage;
  return completed;
}

void AddEnd(const std::optional<RunEnd>& end, std::vector<std::string>* args) {
  if (!end.has_value()) {
    args->insert(args->end(), {"", "", "", "", "", "0"});
    return;
  }
  const bool failed = end->state == RunState::kFailed;
  args->insert(
      args->end(),
      {std::string(RunStateName(end->state)), failed ? end->failed.reason : "",
       failed ? end->failed.message : "", EncodeUsage(end->usage),
       end->exhausted_after > 0 ? std::to_string(end->exhausted_after) : ""});
  std::vector<std::string> fields = EncodeContent(TerminalOf(*end)).fields;
  args->push_back(std::to_string(fields.size()));
  for (std::string& field : fields) args->push_back(std::move(field));
}

// In the order of `assignment` in begin.lua.
RunAssignment DecodeAssignment(ReplyView answer) {
  RunAssignment run;
  run.agent = answer[1].Text();
  run.run_id = answer[2].Text();
  run.attempt = static_cast<int>(answer[3].Integer());
  run.failures = static_cast<int>(answer[4].Integer());
  run.next_sequence = answer[5].Integer();
  run.next_step = answer[6].Integer();
  run.standing = DecodeId(answer[8]);
  run.first_id = DecodeId(answer[9]);
  run.start_time_ms = answer[10].Integer();
  run.now_ms = answer[11].Integer();
  const auto message = MessageFromJson(answer[12].Text());
  if (message.ok()) run.message = message->text;
  run.options = DecodeRunOptions(answer[13].Text());
  run.lapses = static_cast<int>(answer[15].Integer());
  return run;
}

// In the order of `letters_owed` in letters.lua.
std::vector<DeadLetter> DecodeOwed(const std::string& conversation_id,
                                   ReplyView owed) {
  std::vector<DeadLetter> letters;
  for (size_t i = 1; i + 1 < owed.size(); i += 2) {
    letters.push_back({std::string(owed[0].Text()), conversation_id,
                       std::string(owed[i].Text()),
                       static_cast<int>(owed[i + 1].Integer())});
  }
  return letters;
}

}  // namespace

std::vector<std::string> EncodeBegin(const RunLimits& limits,
                                     std::string_view token, bool judge_only) {
  std::vector<std::string> args = LifetimeArgs(limits);
  args.insert(args.end(),
              {std::string(token), Ms(limits.lease),
               std::to_string(limits.max_attempts), Ms(limits.queue_timeout),
               Ms(limits.attempt_backoff), judge_only ? "1" : "0"});
  return args;
}

absl::StatusOr<BeginAnswer> DecodeBegin(const std::string& conversation_id,
                                        const std::string& token,
                                        ReplyView reply) {
  using Kind = BeginOutcome::Kind;
  const ReplyView answer = reply[0];
  const std::string_view word = answer[0].Text();
  BeginAnswer begun;
  BeginOutcome& outcome = begun.outcome;
  begun.agent = answer[1].Text();
  begun.owed = DecodeOwed(conversation_id, reply[1]);
  if (word == "IDLE") {
    outcome.kind = Kind::kIdle;
  } else if (word == "WAITING") {
    outcome.kind = Kind::kNotDue;
  } else if (word == "BUSY" || word == "NOT_DUE") {
    outcome.kind = word == "BUSY" ? Kind::kBusy : Kind::kNotDue;
    outcome.retry_after = absl::Milliseconds(answer[2].Integer());
  } else if (word == "ENDED") {
    outcome.kind = Kind::kEnded;
    outcome.run_id = answer[2].Text();
    outcome.state = RunStateFromName(answer[3].Text());
    outcome.failure_reason = answer[4].Text();
    outcome.assignment.failures = static_cast<int>(answer[5].Integer());
    outcome.queue_length = answer[6].Integer();
  } else if (word == "RUN") {
    outcome.kind = Kind::kRun;
    outcome.assignment = DecodeAssignment(answer);
    outcome.assignment.conversation_id = conversation_id;
    outcome.assignment.token = token;
    begun.base = answer[7].Integer();
    begun.lease_deadline_ms = answer[14].Integer();
  } else {
    return StatusOfAnswer(answer);
  }
  return begun;
}

std::vector<std::string> EncodeAppend(const RunLimits& limits,
                                      const AppendRequest& request) {
  std::vector<std::string> args = LifetimeArgs(limits);
  args.insert(
      args.end(),
      {request.run_id, std::to_string(request.attempt), request.token,
       Ms(limits.lease), std::to_string(request.sequence),
       std::to_string(request.step_index), request.step.has_value() ? "1" : "0",
       request.step.value_or("")});
  AddEnd(request.end, &args);
  for (const ChunkContent& chunk : request.chunks) {
    AddEntry(EncodeContent(chunk), &args);
  }
  return args;
}

absl::StatusOr<AppendAnswer> DecodeAppend(ReplyView answer) {
  using Kind = AppendOutcome::Kind;
  const std::string_view word = answer[0].Text();
  AppendAnswer appended;
  AppendOutcome& outcome = appended.outcome;
  if (word == "OK") {
    outcome.kind = Kind::kOk;
    outcome.next_sequence = answer[1].Integer();
    outcome.next_step = answer[2].Integer();
    outcome.last_id = DecodeId(answer[3]);
    outcome.written = answer[4].Integer();
    outcome.write_time_ms = answer[5].Integer();
    outcome.queue_length = answer[6].Integer();
    appended.agent = answer[7].Text();
  } else if (word == "GAP") {
    outcome.kind = Kind::kGap;
    outcome.next_sequence = answer[1].Integer();
    outcome.next_step = answer[2].Integer();
  } else if (word == "FENCED") {
    outcome.kind = Kind::kFenced;
  } else if (word == "CANCEL") {
    outcome.kind = Kind::kCancel;
  } else if (word == "LOST") {
    outcome.kind = Kind::kLost;
  } else {
    return StatusOfAnswer(answer);
  }
  return appended;
}

}  // namespace agent
