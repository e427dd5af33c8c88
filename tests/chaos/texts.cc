#include "tests/chaos/texts.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/base/random.h"
#include "lib/base/utf8.h"

namespace agent::chaos {
namespace {

constexpr char kCallPrefix[] = "call-";
constexpr size_t kRunLetters = 8;
constexpr size_t kVoiceLetters = 8;
constexpr int kUsualLetters = 40;
constexpr int kManyLetters = 900;
constexpr int kManyOneIn = 32;
constexpr int kShownBytes = 60;

constexpr std::array<const char*, 16> kLetters = {
    "a", "e", "n", "t", " ",  "r",      "\n", "Z",
    "0", "é", "ß", "Ω", "漢", "\u200d", "🌍",  "🧑"};

// SplitMix64: small, and good enough for letters.
class Letters {
 public:
  Letters(std::string_view seed, int position) {
    state_ = 0xcbf29ce484222325u ^ static_cast<uint64_t>(position);
    for (const char c : seed) {
      state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    }
  }

  int Below(int bound) {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return static_cast<int>((z ^ (z >> 31)) % static_cast<uint64_t>(bound));
  }

 private:
  uint64_t state_ = 0;
};

// Agents are named without regard to case.
bool Is(std::string_view agent, const char* name) {
  return absl::EqualsIgnoreCase(absl::string_view(agent.data(), agent.size()),
                                name);
}

std::string Shown(std::string_view text, size_t from) {
  return "'" + SanitizeUtf8(text.substr(from, kShownBytes)) + "'";
}

// Follows a text piece by piece.
class Walk {
 public:
  Walk(std::string_view run_id, std::string_view text)
      : run_id_(run_id), text_(text) {}

  bool AtEnd() const { return at_ == text_.size(); }

  // The voice of the piece that begins here, as it is written there.
  std::string Voice() const {
    const size_t from = text_.find('/', at_);
    if (from == std::string_view::npos) return "";
    const size_t to = text_.find('/', from + 1);
    if (to == std::string_view::npos) return "";
    return std::string(text_.substr(from + 1, to - from - 1));
  }

  // Goes on by the piece, or by the part of it that is there.
  absl::Status Take(const std::string& voice, int position) {
    const std::string piece = Piece(run_id_, voice, position);
    const std::string_view rest = text_.substr(at_);
    if (rest.substr(0, piece.size()) != piece.substr(0, rest.size())) {
      return absl::FailedPreconditionError(
          absl::StrCat("at byte ", at_, ": ", Shown(text_, at_), " instead of ",
                       Shown(piece, 0)));
    }
    at_ += std::min(piece.size(), rest.size());
    cut_ = rest.size() < piece.size();
    return absl::OkStatus();
  }

  absl::Status Finish(bool whole) const {
    if (!AtEnd()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "at byte ", at_, ": ", Shown(text_, at_), " after the end"));
    }
    if (whole && cut_) {
      return absl::FailedPreconditionError(
          absl::StrCat("the text stops at byte ", at_));
    }
    return absl::OkStatus();
  }

 private:
  const std::string_view run_id_;
  const std::string_view text_;
  size_t at_ = 0;
  bool cut_ = false;
};

// The pieces of one voice. `prefix` is what the voice must begin with; with
// `random`, RandomVoice's letters follow, of any kind.
absl::Status TakeAll(Walk* walk, const std::string& prefix, bool random,
                     int pieces, bool whole) {
  std::string voice = prefix;
  if (random && !walk->AtEnd()) {
    voice = walk->Voice();
    // Else the comparison says what is there instead.
    if (voice.size() != prefix.size() + kVoiceLetters ||
        voice.substr(0, prefix.size()) != prefix) {
      voice = prefix + "?";
    }
  }
  for (int position = 0; position < pieces; ++position) {
    if (walk->AtEnd() && !whole) break;
    const absl::Status taken = walk->Take(voice, position);
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Check(std::string_view agent, const RunPlan& plan,
                   std::string_view run_id, std::string_view text, bool whole) {
  Walk walk(run_id, text);
  absl::Status taken;
  if (Is(agent, kStepper)) {
    for (int turn = 0; turn <= plan.steps && taken.ok(); ++turn) {
      taken = TakeAll(&walk, TurnVoice(turn, ""), true,
                      PiecesOfTurn(plan, turn), whole);
    }
  } else {
    const bool random = Is(agent, kShifting);
    taken = TakeAll(&walk, "", random, plan.pieces, whole);
  }
  return taken.ok() ? walk.Finish(whole) : taken;
}

}  // namespace

std::string Piece(std::string_view run_id, std::string_view voice,
                  int position) {
  std::string piece = "[" + std::string(run_id.substr(0, kRunLetters)) + "/" +
                      std::string(voice) + "/" + std::to_string(position) + " ";
  Letters letters(piece, position);
  const bool many = letters.Below(kManyOneIn) == 0;
  const int length = letters.Below(many ? kManyLetters : kUsualLetters);
  for (int i = 0; i < length; ++i) {
    piece += kLetters[static_cast<size_t>(letters.Below(kLetters.size()))];
  }
  return piece + "]";
}

std::string RandomVoice() { return RandomId().substr(0, kVoiceLetters); }

std::string SteadyPiece(std::string_view run_id, int position) {
  return Piece(run_id, "", position);
}

std::string SteadyText(std::string_view run_id, int pieces) {
  std::string text;
  for (int i = 0; i < pieces; ++i) text += SteadyPiece(run_id, i);
  return text;
}

std::string TurnVoice(int turn, std::string_view voice) {
  return "t" + std::to_string(turn) + "." + std::string(voice);
}

int PiecesOfTurn(const RunPlan& plan, int turn) {
  const int turns = plan.steps + 1;
  return plan.pieces / turns + (turn < plan.pieces % turns ? 1 : 0);
}

std::string CallId(int turn) { return kCallPrefix + std::to_string(turn); }

int TurnOfCall(std::string_view call_id) {
  const size_t size = std::string_view(kCallPrefix).size();
  int turn = 0;
  const bool ours = call_id.substr(0, size) == kCallPrefix &&
                    absl::SimpleAtoi(std::string(call_id.substr(size)), &turn);
  return ours && turn >= 0 ? turn : -1;
}

Usage ExpectedUsage(std::string_view agent, const RunPlan& plan) {
  if (!Is(agent, kStepper)) return {};
  return {.input_tokens = plan.steps + 1, .output_tokens = plan.pieces};
}

absl::Status CheckText(std::string_view agent, const RunPlan& plan,
                       std::string_view run_id, std::string_view text) {
  return Check(agent, plan, run_id, text, true);
}

absl::Status CheckTextSoFar(std::string_view agent, const RunPlan& plan,
                            std::string_view run_id, std::string_view text) {
  return Check(agent, plan, run_id, text, false);
}

}  // namespace agent::chaos
