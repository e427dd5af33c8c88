#include "tests/chaos/history/status_check.h"

#include <algorithm>

#include "lib/base/error.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

using absl::StatusCode;

// What a client meets while processes die and Redis is away: it tries again.
bool IsPassing(const Outcome& outcome) {
  if (outcome.code == StatusCode::kDeadlineExceeded) {
    return outcome.reason.empty();  // the client's own
  }
  return outcome.code == StatusCode::kUnavailable &&
         (outcome.reason.empty() ||
          outcome.reason == reason::kStoreUnavailable ||
          outcome.reason == reason::kDraining);
}

// What errors must never tell.
bool TellsTooMuch(const Outcome& outcome) {
  if (outcome.reason.empty()) return false;  // gRPC's own
  constexpr const char* kSecrets[] = {"agent-stream", "redis", "ERR ",
                                      "127.0.0.1",    ".sock", "lua"};
  return std::any_of(std::begin(kSecrets), std::end(kSecrets),
                     [&](const char* secret) {
                       return outcome.message.find(secret) != std::string::npos;
                     });
}

}  // namespace

void StatusCheck::CheckStream(const std::string& reader,
                              const StreamPlace& place,
                              const Outcome& outcome) const {
  CheckMessage(reader, outcome);
  const bool lost = outcome.code == StatusCode::kDataLoss &&
                    outcome.reason == reason::kCursorLost;
  const bool gone = outcome.code == StatusCode::kDataLoss &&
                    outcome.reason == reason::kStateLost;
  const bool unknown = outcome.code == StatusCode::kNotFound;
  if (outcome.reason == reason::kSlowReader) return;
  if (!lost && !gone && !unknown) {
    return CheckPlain(reader, place.run, outcome);
  }
  bool excused = false;
  if (lost) {
    excused = CursorMayBeLost(place);
  } else if (outcome.reason == reason::kRunNotFound) {
    excused = RunMayBeGone(place.run, place.at);
  } else {
    excused = ConversationMayBeGone(place.at) ||
              (unknown && NotYetAccepted(place.opened_at));
  }
  if (!excused) Add(rule::kLossWithoutCause, place.run, reader, outcome);
}

void StatusCheck::CheckCalls() const {
  for (const auto& [run, view] : conversation_.runs) {
    for (const auto& cancel : view.cancels) {
      CheckRunCall("CancelRun", run, cancel);
    }
    for (const auto& look : view.looks) CheckRunCall("GetRun", run, look);
  }
  for (const auto& look : conversation_.looks) {
    CheckRunCall("GetConversation", "", look);
  }
  for (const auto& deletion : conversation_.deletes) CheckDelete(deletion);
}

template <typename T>
void StatusCheck::CheckRunCall(const char* what, const std::string& run,
                               const At<T>& call) const {
  CheckMessage(what, call->outcome);
  if (call->outcome.code != StatusCode::kNotFound) {
    return CheckPlain(what, run, call->outcome);
  }
  const bool excused = call->outcome.reason == reason::kRunNotFound
                           ? RunMayBeGone(run, call.at)
                           : ConversationMayBeGone(call.at);
  if (!excused) Add(rule::kLossWithoutCause, run, what, call->outcome);
}

// A repeated one may find that the first was carried out.
void StatusCheck::CheckDelete(const At<Delete>& call) const {
  CheckMessage("DeleteConversation", call->outcome);
  if (call->outcome.code != StatusCode::kNotFound) {
    return CheckPlain("DeleteConversation", "", call->outcome);
  }
  const bool repeated =
      conversation_.MayBeDeleted(call->sent - absl::Nanoseconds(1));
  if (!repeated && !ConversationMayBeGone(call->sent)) {
    Add(rule::kLossWithoutCause, "", "DeleteConversation", call->outcome);
  }
}

void StatusCheck::CheckPlain(const std::string& who, const std::string& run,
                             const Outcome& outcome) const {
  if (outcome.ok()) return;
  if (undisturbed_ || !IsPassing(outcome)) {
    Add(rule::kStatus, run, who, outcome);
  }
}

void StatusCheck::CheckMessage(const std::string& who,
                               const Outcome& outcome) const {
  if (TellsTooMuch(outcome)) Add(rule::kLeak, "", who, outcome);
}

// Who reads one run only is told of no other, but stands behind them.
bool StatusCheck::CursorMayBeLost(const StreamPlace& place) const {
  if (!place.run.empty()) {
    return losses_.MayHaveTaken(place.written.value_or(place.opened_at),
                                place.at, place.at);
  }
  return place.written.has_value() &&
         losses_.MayHaveTaken(*place.written, place.at);
}

bool StatusCheck::ConversationMayBeGone(absl::Time at) const {
  if (conversation_.MayBeDeleted(at)) return true;
  return std::any_of(
      conversation_.runs.begin(), conversation_.runs.end(),
      [&](const auto& run) { return AcceptanceMayBeLost(run.second, at); });
}

bool StatusCheck::RunMayBeGone(const std::string& run, absl::Time at) const {
  if (conversation_.MayBeDeleted(at)) return true;
  const auto view = conversation_.runs.find(run);
  return view != conversation_.runs.end() &&
         AcceptanceMayBeLost(view->second, at);
}

bool StatusCheck::AcceptanceMayBeLost(const RunView& run, absl::Time at) const {
  return std::any_of(run.answers.begin(), run.answers.end(),
                     [&](const At<Submit>& answer) {
                       return losses_.MayHaveTaken(
                           absl::FromUnixMillis(answer->accept_time_ms), at);
                     });
}

// A reader may come before the conversation does.
bool StatusCheck::NotYetAccepted(absl::Time at) const {
  return std::all_of(conversation_.runs.begin(), conversation_.runs.end(),
                     [&](const auto& run) {
                       return run.second.answers.empty() ||
                              run.second.answers.front().at > at;
                     });
}

void StatusCheck::Add(const char* rule, const std::string& run,
                      const std::string& who, const Outcome& outcome) const {
  findings_.Add(rule, conversation_.id, run, who + ": " + Describe(outcome));
}

void CheckSubmitStatus(const At<Submit>& submit, bool undisturbed,
                       Findings* findings) {
  const Outcome& outcome = submit->outcome;
  if (TellsTooMuch(outcome)) {
    findings->Add(rule::kLeak, submit->conversation, "",
                  "RunAgent: " + Describe(outcome));
  }
  if (outcome.ok() || (IsPassing(outcome) && !undisturbed)) return;
  findings->Add(rule::kStatus, submit->conversation, "",
                "RunAgent " + submit->request_id + ": " + Describe(outcome));
}

}  // namespace agent::chaos
