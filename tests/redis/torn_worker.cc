#include "tests/redis/torn_worker.h"

#include <string>

#include "lib/log/message.h"

namespace agent::testing {
namespace {

constexpr int kTurns = 2;

Message TurnMessage(const RunAssignment& run, const std::string& text) {
  Message message;
  message.role = Role::kAssistant;
  message.text = text;
  message.run_id = run.run_id;
  return message;
}

}  // namespace

TornWorker::TornWorker(const BeginOutcome& begun)
    : has_run_(begun.kind == BeginOutcome::Kind::kRun), run_(begun.assignment) {
  if (has_run_) Plan();
}

void TornWorker::Plan() {
  AppendRequest base;
  base.conversation_id = run_.conversation_id;
  base.run_id = run_.run_id;
  base.attempt = run_.attempt;
  base.token = run_.token;
  base.step_index = run_.next_step;
  int64_t sequence = run_.next_sequence;
  base.sequence = sequence++;
  base.chunks = {
      AttemptStarted{run_.standing.IsZero() ? "" : run_.standing.ToString()}};
  plan_.push_back(base);
  const int first = static_cast<int>(run_.steps.size());
  for (int turn = first; turn < kTurns; ++turn) {
    AddTurn(turn, turn + 1 == kTurns, &sequence, run_.next_step + turn - first);
  }
  if (first >= kTurns) {
    base.chunks.clear();
    base.sequence = sequence;
    base.end = RunEnd{};
    plan_.push_back(base);
  }
}

void TornWorker::AddTurn(int turn, bool last, int64_t* sequence, int64_t step) {
  AppendRequest request = plan_.front();
  const std::string prefix = run_.token + "." + std::to_string(turn) + ".";
  request.sequence = (*sequence)++;
  request.step_index = step;
  request.chunks = {TextPiece{prefix + "0;"}};
  plan_.push_back(request);
  request.chunks = {TextPiece{prefix + "1;"}, TextPiece{prefix + "2;"}};
  request.sequence = *sequence;
  *sequence += 2;
  request.step = MessageToJson(
      TurnMessage(run_, prefix + "0;" + prefix + "1;" + prefix + "2;"));
  if (last) request.end = RunEnd{};
  plan_.push_back(request);
}

void TornWorker::FailAtEnd(int exhausted_after) {
  AppendRequest& last = plan_.back();
  last.step.reset();
  last.end = RunEnd{};
  last.end->state = RunState::kFailed;
  last.end->failed = {"AGENT_ERROR", exhausted_after > 0 ? kGaveUp : "broke"};
  last.end->exhausted_after = exhausted_after;
}

void TornWorker::OnAnswer(const AppendOutcome& outcome) {
  switch (outcome.kind) {
    case AppendOutcome::Kind::kOk:
      ++next_;
      return;
    case AppendOutcome::Kind::kGap:
      next_ = 0;  // all of it again: what is there is passed over
      return;
    case AppendOutcome::Kind::kCancel: {
      AppendRequest end = Next();
      end.chunks.clear();
      end.step.reset();
      end.end = RunEnd{};
      end.end->state = RunState::kCancelled;
      plan_ = {end};
      next_ = 0;
      return;
    }
    default:
      next_ = plan_.size();
  }
}

}  // namespace agent::testing
