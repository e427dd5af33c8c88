#include "tests/chaos/history/conversation_check.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

// What a turn's messages say, joined.
struct Answer {
  std::string text;
  std::vector<ToolCall> calls;
  std::vector<ToolResult> results;
};

Answer AnswerOf(const std::vector<const Message*>& messages) {
  Answer answer;
  for (const Message* message : messages) {
    if (message->role == Role::kUser) continue;
    answer.text += message->text;
    answer.calls.insert(answer.calls.end(), message->tool_calls.begin(),
                        message->tool_calls.end());
    if (message->tool_result.has_value()) {
      answer.results.push_back(*message->tool_result);
    }
  }
  return answer;
}

}  // namespace

void ConversationCheck::Check(const std::vector<SeenEnd>& seen) {
  if (conversation_.MayBeDeleted(absl::InfiniteFuture())) return;
  CheckOrder();
  for (const At<ConversationLook>& look : conversation_.looks) {
    if (!look->outcome.ok()) continue;
    if (!look->final_look) CheckEarlier(look);
    CheckAccepted(look);
    for (const SeenEnd& end : seen) CheckAnswered(look, end);
  }
  const ConversationLook* look = conversation_.FinalLook();
  if (look == nullptr) {
    return Add(rule::kConversationDiffers, "", "was never read in the end");
  }
  CheckList(*look);
  CheckFinal(*look);
}

void ConversationCheck::CheckOrder() {
  std::string evidence;
  if (InAcceptanceOrder(standing_.order, &evidence)) return;
  Add(rule::kAcceptanceOrder, "", evidence);
}

// A power loss may take a run out of the queue, which then goes behind others.
bool ConversationCheck::InAcceptanceOrder(const std::vector<std::string>& runs,
                                          std::string* evidence) const {
  for (size_t i = 0; i < runs.size(); ++i) {
    for (size_t j = i + 1; j < runs.size(); ++j) {
      const absl::Time accepted = AcceptTime(runs[j]);
      if (AcceptTime(runs[i]) <= accepted) continue;
      if (losses_.MayHaveTaken(accepted, BeginTime(runs[i]))) continue;
      *evidence = absl::StrCat(runs[j], ", accepted at ", Describe(accepted),
                               ", comes after ", runs[i], ", accepted at ",
                               Describe(AcceptTime(runs[i])));
      return false;
    }
  }
  return true;
}

absl::Time ConversationCheck::AcceptTime(const std::string& run) const {
  const auto of = conversation_.runs.find(run);
  if (of == conversation_.runs.end()) return absl::InfinitePast();
  const RunLook* look = of->second.FinalLook();
  if (look != nullptr) return absl::FromUnixMillis(look->run.accept_time_ms);
  if (of->second.answers.empty()) return absl::InfinitePast();
  return absl::FromUnixMillis(of->second.answers.back()->accept_time_ms);
}

// Of a run that was lost and accepted again: the first time.
absl::Time ConversationCheck::FirstAcceptTime(const std::string& run) const {
  absl::Time first = AcceptTime(run);
  const auto of = conversation_.runs.find(run);
  if (of == conversation_.runs.end()) return first;
  for (const At<Submit>& answer : of->second.answers) {
    first = std::min(first, absl::FromUnixMillis(answer->accept_time_ms));
  }
  return first;
}

absl::Time ConversationCheck::BeginTime(const std::string& run) const {
  const auto of = standing_.runs.find(run);
  if (of == standing_.runs.end()) return absl::InfiniteFuture();
  return WriteTime(*of->second.entries.front());
}

void ConversationCheck::CheckList(const ConversationLook& look) {
  std::set<std::string> listed(look.runs.begin(), look.runs.end());
  if (listed.size() != look.runs.size()) {
    Add(rule::kRunListDiffers, "", "ListRuns names a run twice");
  }
  for (const auto& [id, run] : conversation_.runs) {
    if (run.answers.empty() || listed.count(id) > 0) continue;
    Add(rule::kRunListDiffers, id, "ListRuns does not name it");
  }
  std::string evidence;
  if (!InAcceptanceOrder(look.runs, &evidence)) {
    Add(rule::kRunListDiffers, "", evidence);
  }
}

void ConversationCheck::CheckFinal(const ConversationLook& look) {
  const Conversation& state = look.state;
  if (!state.active_run_id.empty() || state.queued_runs != 0) {
    Add(rule::kStuckRun, state.active_run_id,
        absl::StrCat("GetConversation: active, and ", state.queued_runs,
                     " queued"));
  }
  const std::vector<Turn> turns = TurnsOf(state);
  std::vector<std::string> order;
  for (const Turn& turn : turns) {
    order.push_back(turn.run);
    CheckTurn(turn);
  }
  if (order != standing_.order) {
    Add(rule::kConversationDiffers, "",
        absl::StrCat("GetConversation holds ", order.size(),
                     " turns in its order, and the log ",
                     standing_.order.size()));
  }
}

std::vector<ConversationCheck::Turn> ConversationCheck::TurnsOf(
    const Conversation& state) {
  std::vector<Turn> turns;
  for (const Message& message : state.messages) {
    if (message.role == Role::kUser) turns.push_back({message.run_id, {}});
    if (turns.empty() || turns.back().run != message.run_id) {
      Add(rule::kConversationDiffers, message.run_id,
          "GetConversation holds a message of it outside its turn");
      continue;
    }
    turns.back().messages.push_back(&message);
  }
  return turns;
}

void ConversationCheck::CheckTurn(const Turn& turn) {
  const auto run = conversation_.runs.find(turn.run);
  const auto standing = standing_.runs.find(turn.run);
  if (run == conversation_.runs.end() || standing == standing_.runs.end()) {
    return;  // told by the order
  }
  if (turn.messages.front()->text != run->second.message) {
    Add(rule::kConversationDiffers, turn.run, "its message is another");
  }
  CheckAnswer(turn, standing->second);
}

void ConversationCheck::CheckAnswer(const Turn& turn,
                                    const StandingRun& standing) {
  const Answer answer = AnswerOf(turn.messages);
  const bool completed =
      standing.terminal != nullptr &&
      std::holds_alternative<RunCompleted>(standing.terminal->content);
  if (!completed) {
    if (turn.messages.size() == 1) return;
    return Add(rule::kConversationDiffers, turn.run,
               "it did not complete, and GetConversation has an answer");
  }
  if (answer.text != standing.text.text()) {
    Add(rule::kConversationDiffers, turn.run,
        absl::StrCat("GetConversation has ", answer.text.size(),
                     " bytes of text, and the stream ",
                     standing.text.text().size()));
  }
  if (answer.calls != standing.text.tool_calls() ||
      answer.results != standing.text.tool_results()) {
    Add(rule::kConversationDiffers, turn.run, "its tool calls are others");
  }
}

// While a run goes on GetConversation has its finished steps, which stand.
void ConversationCheck::CheckEarlier(const At<ConversationLook>& look) {
  for (const Turn& turn : TurnsOf(look->state)) {
    const auto standing = standing_.runs.find(turn.run);
    const bool completed = standing != standing_.runs.end() &&
                           standing->second.terminal != nullptr &&
                           std::holds_alternative<RunCompleted>(
                               standing->second.terminal->content);
    if (!completed) continue;
    const std::string said = AnswerOf(turn.messages).text;
    if (absl::StartsWith(standing->second.text.text(), said)) continue;
    if (losses_.MayHaveTaken(FirstAcceptTime(turn.run), look.at,
                             absl::InfiniteFuture())) {
      continue;
    }
    Add(rule::kConversationDiffers, turn.run,
        absl::StrCat("at ", Describe(look.at), " GetConversation had ",
                     said.size(), " bytes that do not begin its text"));
  }
}

// What was accepted before the look is in it.
void ConversationCheck::CheckAccepted(const At<ConversationLook>& look) {
  for (const auto& [id, run] : conversation_.runs) {
    if (run.answers.empty() || run.answers.front().at > look->sent) continue;
    const bool listed =
        std::find(look->runs.begin(), look->runs.end(), id) != look->runs.end();
    if (listed) continue;
    const bool lost = std::any_of(
        run.answers.begin(), run.answers.end(), [&](const At<Submit>& answer) {
          return losses_.MayHaveTaken(
              absl::FromUnixMillis(answer->accept_time_ms), look.at);
        });
    if (lost) continue;
    Add(rule::kRunListDiffers, id,
        absl::StrCat("accepted at ", Describe(run.answers.front().at),
                     ", and ListRuns at ", Describe(look.at),
                     " does not name it"));
  }
}

// A reader that saw a run complete finds the answer.
void ConversationCheck::CheckAnswered(const At<ConversationLook>& look,
                                      const SeenEnd& seen) {
  const bool completed =
      std::holds_alternative<RunCompleted>(seen.terminal.content);
  if (!completed || seen.at > look->sent) return;
  if (losses_.MayHaveTaken(WriteTime(seen.terminal), look.at)) return;
  std::string text;
  for (const Message& message : look->state.messages) {
    const bool answers =
        message.run_id == seen.run && message.role == Role::kAssistant;
    if (answers) text += message.text;
  }
  if (text == seen.text) return;
  Add(rule::kConversationDiffers, seen.run,
      absl::StrCat(seen.reader, " saw it complete at ", Describe(seen.at),
                   " with ", seen.text.size(),
                   " bytes, and GetConversation at ", Describe(look.at),
                   " had ", text.size()));
}

void ConversationCheck::Add(const char* rule, const std::string& run,
                            const std::string& what) {
  findings_.Add(rule, conversation_.id, run, what);
}

}  // namespace agent::chaos
