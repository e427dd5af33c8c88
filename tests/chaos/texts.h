// What the agents of the chaos test say. Each piece names its run, who spoke
// and its position, so that a reader's text shows by itself what was lost,
// doubled, reordered or said by two at once.
#ifndef AGENT_TESTS_CHAOS_TEXTS_H_
#define AGENT_TESTS_CHAOS_TEXTS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "lib/log/chunk.h"
#include "tests/chaos/run_plan.h"

namespace agent::chaos {

// One piece: "[1a2b3c4d/voice/17 filler]", the run's first eight characters,
// the voice, the position, and characters of one to four bytes of UTF-8; the
// filler's length and letters are a function of all three, brackets are not
// among them. Mostly under 100 bytes, one in 32 up to 2 KiB.
std::string Piece(std::string_view run_id, std::string_view voice,
                  int position);

// The voice of an attempt that does not repeat itself: eight random
// characters, another at each call.
std::string RandomVoice();

// Steady, Poison and Flaky repeat themselves in every attempt: no voice.
std::string SteadyPiece(std::string_view run_id, int position);
// All that they say.
std::string SteadyText(std::string_view run_id, int pieces);

// Shifting speaks with another RandomVoice in each attempt.

// Stepper makes `steps` + 1 model turns with a tool call after each but the
// last. Every turn has a voice of its own, made of a RandomVoice, and its own
// share of the pieces, counted from 0.
std::string TurnVoice(int turn, std::string_view voice);
int PiecesOfTurn(const RunPlan& plan, int turn);
// The id of its tool call; the tool's result is a receipt, see ToolReceipts.
std::string CallId(int turn);
// Inverse of it; -1 for another id.
int TurnOfCall(std::string_view call_id);
// What a Stepper that ended well reports: each turn counts once, however often
// it was repeated. Other agents report none.
Usage ExpectedUsage(std::string_view agent, const RunPlan& plan);

// Whether `text` is all that a run of `agent` (any case) said that ended well:
// every piece once and in order, each turn and each attempt of one voice only.
// Else FAILED_PRECONDITION, naming the first difference and where it is.
absl::Status CheckText(std::string_view agent, const RunPlan& plan,
                       std::string_view run_id, std::string_view text);

// As CheckText, of a run that has not ended or not ended well: `text` may stop
// after any piece, but for that it must be right.
absl::Status CheckTextSoFar(std::string_view agent, const RunPlan& plan,
                            std::string_view run_id, std::string_view text);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_TEXTS_H_
