#include "tests/chaos/history/made_up_history.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "lib/base/digest.h"
#include "tests/chaos/history/checker.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

constexpr int64_t kBeginMs = 1'800'000'000'000;

std::string RunId(size_t number) {
  return absl::StrCat(number + 1, "0000000", std::string(24, 'f'));
}

}  // namespace

MadeUpHistory::MadeUpHistory() : now_(absl::FromUnixMillis(kBeginMs)) {}

void MadeUpHistory::Add(EventBody body) {
  Tick();
  events.push_back({now_, std::move(body)});
}

std::string MadeUpHistory::Submit(const std::string& agent,
                                  const RunPlan& plan) {
  const std::string run = RunId(runs_.size());
  RunFacts& of = runs_[run];
  of.plan = plan;
  agent::chaos::Submit& submit = of.submit;
  submit.sent = now_;
  submit.request_id = "request-" + run;
  submit.conversation = kConversation;
  submit.agent = agent;
  submit.message = ToMessage(plan);
  submit.answered_conversation = kConversation;
  submit.run = run;
  if (!log_.empty()) submit.cursor = log_.back().id;
  Tick();
  submit.accept_time_ms = absl::ToUnixMillis(now_);
  order_.push_back(run);
  Add(submit);
  return run;
}

void MadeUpHistory::SubmitAgain(const std::string& run) {
  agent::chaos::Submit submit = runs_[run].submit;
  submit.sent = now_;
  Add(submit);
}

int64_t MadeUpHistory::NextSequence(const std::string& run) const {
  return std::count_if(log_.begin(), log_.end(),
                       [&](const Chunk& chunk) { return chunk.run_id == run; });
}

int MadeUpHistory::StepsOf(const std::string& run) const {
  return static_cast<int>(TextOf(run).tool_results().size());
}

void MadeUpHistory::Write(const std::string& run, int attempt,
                          ChunkContent content) {
  Tick();
  Chunk chunk;
  const auto ms = static_cast<uint64_t>(absl::ToUnixMillis(now_));
  chunk.id = {ms, (log_.size() + 1) * 1000 + static_cast<uint64_t>(attempt)};
  chunk.run_id = run;
  chunk.sequence = NextSequence(run);
  chunk.attempt = attempt;
  chunk.create_time_ms = static_cast<int64_t>(ms);
  chunk.content = std::move(content);
  log_.push_back(std::move(chunk));
}

void MadeUpHistory::Attempt(const std::string& run,
                            const std::string& discard_after) {
  RunFacts& of = runs_[run];
  ++of.attempt;
  of.state = RunState::kRunning;
  of.voice = absl::StrCat("voice", of.attempt, "xx");
  of.said = 0;
  Write(run, of.attempt, AttemptStarted{discard_after});
}

std::string MadeUpHistory::NextPiece(const std::string& run) {
  RunFacts& of = runs_[run];
  const int position = of.said++;
  if (of.submit.agent == kStepper) {
    return Piece(run, TurnVoice(StepsOf(run), of.voice), position);
  }
  if (of.submit.agent == kShifting) {
    return Piece(run, of.voice, position);
  }
  return SteadyPiece(run, position);
}

void MadeUpHistory::Say(const std::string& run, int pieces) {
  for (int i = 0; i < pieces; ++i) {
    Write(run, runs_[run].attempt, TextPiece{NextPiece(run)});
  }
}

void MadeUpHistory::CallTool(const std::string& run) {
  RunFacts& of = runs_[run];
  const std::string call_id = CallId(StepsOf(run));
  Write(run, of.attempt, ToolCall{call_id, "note", "{}"});
  Write(run, of.attempt, ToolResult{call_id, "done", false});
  of.said = 0;
  of.voice[0] = static_cast<char>('A' + StepsOf(run));
}

std::string MadeUpHistory::standing(const std::string& run) const {
  for (auto chunk = log_.rbegin(); chunk != log_.rend(); ++chunk) {
    if (chunk->run_id == run &&
        std::holds_alternative<ToolResult>(chunk->content)) {
      return chunk->id.ToString();
    }
  }
  return "";
}

void MadeUpHistory::Complete(const std::string& run) {
  const std::string text = TextOf(run).text();
  RunFacts& of = runs_[run];
  of.state = RunState::kCompleted;
  Write(run, of.attempt,
        RunCompleted{ExpectedUsage(of.submit.agent, of.plan),
                     static_cast<int64_t>(text.size()), Sha256Hex(text)});
}

void MadeUpHistory::Fail(const std::string& run, const std::string& reason) {
  RunFacts& of = runs_[run];
  of.state = RunState::kFailed;
  of.failure = {reason, "it failed"};
  Write(run, of.attempt, of.failure);
}

void MadeUpHistory::CancelRun(const std::string& run, RunState answered) {
  const absl::Time sent = now_;
  Add(Cancel{sent, 0, kConversation, run, {}, answered});
  if (answered == RunState::kCancelled) runs_[run].state = answered;
}

void MadeUpHistory::EndCancelled(const std::string& run) {
  RunFacts& of = runs_[run];
  of.state = RunState::kCancelled;
  Write(run, of.attempt, RunCancelled{});
}

std::string MadeUpHistory::WholeRun(const std::string& agent,
                                    const RunPlan& plan) {
  const std::string run = Submit(agent, plan);
  Attempt(run);
  const int steps = agent == kStepper ? plan.steps : 0;
  for (int step = 0; step < steps; ++step) {
    Say(run, PiecesOfTurn(plan, step));
    CallTool(run);
  }
  Say(run, agent == kStepper ? PiecesOfTurn(plan, plan.steps) : plan.pieces);
  Complete(run);
  return run;
}

std::vector<Chunk> MadeUpHistory::LosePower(size_t entries) {
  Tick();
  const size_t left = log_.size() - std::min(entries, log_.size());
  const std::vector<Chunk> lost(
      log_.begin() + static_cast<std::ptrdiff_t>(left), log_.end());
  log_.resize(left);
  facts.power_losses.push_back(
      {now_ - absl::Seconds(1), now_, now_ + absl::Milliseconds(200)});
  Wait(absl::Milliseconds(800));
  return lost;
}

void MadeUpHistory::WriteAgain(const std::vector<Chunk>& lost) {
  for (const Chunk& chunk : lost) {
    Write(chunk.run_id, chunk.attempt, chunk.content);
  }
}

void MadeUpHistory::Read(const std::string& reader, const std::string& run) {
  std::vector<Chunk> chunks;
  for (const Chunk& chunk : log_) {
    if (run.empty() || chunk.run_id == run) chunks.push_back(chunk);
  }
  ReadThese(reader, run, chunks, run.empty() ? "0-0" : "");
}

void MadeUpHistory::ReadThese(const std::string& reader, const std::string& run,
                              const std::vector<Chunk>& chunks,
                              const std::string& cursor) {
  bool open = false;
  std::string at = cursor;
  for (const Chunk& chunk : chunks) {
    if (!open) {
      Add(StreamOpen{++calls_, reader, 0, kConversation, run, at, false,
                     false});
    }
    Add(ChunkSeen{calls_, chunk});
    at = chunk.id.ToString();
    open = !chunk.IsTerminal();
    if (!open) Add(StreamEnd{calls_, {}, Leave::kNot});
  }
  if (!open) return;
  Add(StreamEnd{
      calls_, {absl::StatusCode::kCancelled, "", ""}, Leave::kPlanned});
}

RunText MadeUpHistory::TextOf(const std::string& run) const {
  RunText text;
  for (const Chunk& chunk : log_) {
    if (chunk.run_id == run) text.Add(chunk);
  }
  return text;
}

std::vector<size_t> MadeUpHistory::ChunksOf(const std::string& reader) const {
  std::vector<size_t> found;
  std::vector<int64_t> calls;
  for (size_t i = 0; i < events.size(); ++i) {
    if (const auto* open = std::get_if<StreamOpen>(&events[i].body)) {
      if (open->reader == reader) calls.push_back(open->call);
    }
    const auto* seen = std::get_if<ChunkSeen>(&events[i].body);
    if (seen != nullptr &&
        std::find(calls.begin(), calls.end(), seen->call) != calls.end()) {
      found.push_back(i);
    }
  }
  return found;
}

bool Finds(const MadeUpHistory& history, const std::string& rule) {
  const Report report = Check(history.events, history.facts);
  return std::any_of(
      report.violations.begin(), report.violations.end(),
      [&](const Violation& violation) { return violation.rule == rule; });
}

std::string FoundIn(const MadeUpHistory& history) {
  const Report report = Check(history.events, history.facts);
  return report.ok() ? "" : report.ToText();
}

}  // namespace agent::chaos
