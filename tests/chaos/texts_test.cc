#include "tests/chaos/texts.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "lib/base/utf8.h"
#include "tests/testing/status_matchers.h"

namespace agent::chaos {
namespace {

const std::string kRun = "0123456789abcdef0123456789abcdef";

RunPlan Pieces(int pieces, int steps = 0) {
  RunPlan plan;
  plan.pieces = pieces;
  plan.steps = steps;
  return plan;
}

std::string ShiftingText(int pieces, const std::string& voice) {
  std::string text;
  for (int i = 0; i < pieces; ++i) text += Piece(kRun, voice, i);
  return text;
}

std::string StepperText(const RunPlan& plan) {
  std::string text;
  for (int turn = 0; turn <= plan.steps; ++turn) {
    const std::string voice = TurnVoice(turn, RandomVoice());
    for (int i = 0; i < PiecesOfTurn(plan, turn); ++i) {
      text += Piece(kRun, voice, i);
    }
  }
  return text;
}

void ExpectWrong(const std::string& agent, const RunPlan& plan,
                 const std::string& text) {
  EXPECT_FALSE(CheckText(agent, plan, kRun, text).ok()) << agent << text;
}

TEST(TextsTest, APlanGoesThroughAMessage) {
  RunPlan plan{.pieces = 80,
               .delay_us = 2000,
               .steps = 3,
               .fail = 2,
               .refuse = 1,
               .kill = kEveryAttempt};
  const auto read = ParseRunPlan(ToMessage(plan));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, plan);
}

TEST(TextsTest, APlanThatCannotBeReadIsRefused) {
  for (const char* message : {"pieces=0", "pieces=x", "speed=3", "steps=101"}) {
    EXPECT_FALSE(ParseRunPlan(message).ok()) << message;
  }
  const auto rest = ParseRunPlan("hello pieces=7");
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(rest->pieces, 7);
}

TEST(TextsTest, PiecesAreValidAndTellWhereTheyStand) {
  std::set<std::string> seen;
  size_t longest = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece = SteadyPiece(kRun, i);
    EXPECT_EQ(piece, SteadyPiece(kRun, i));
    EXPECT_TRUE(IsValidUtf8(piece));
    EXPECT_TRUE(seen.insert(piece).second);
    longest = std::max(longest, piece.size());
  }
  EXPECT_GT(longest, 1000u);
}

TEST(TextsTest, TheWholeTextIsRight) {
  EXPECT_TRUE(CheckText("STEADY", Pieces(40), kRun, SteadyText(kRun, 40)).ok());
  EXPECT_TRUE(
      CheckText(kShifting, Pieces(9), kRun, ShiftingText(9, "voice678")).ok());
  const RunPlan steps = Pieces(7, 2);
  EXPECT_TRUE(CheckText(kStepper, steps, kRun, StepperText(steps)).ok());
}

TEST(TextsTest, EveryKindOfDamageIsSeen) {
  const std::string whole = SteadyText(kRun, 10);
  const std::string head = SteadyText(kRun, 5);
  const std::string tail = whole.substr(head.size());
  for (const std::string& text :
       {head, whole + "x", head + head + tail, head + tail.substr(1),
        tail + head, head + SteadyPiece(kRun, 6), std::string()}) {
    ExpectWrong(kSteady, Pieces(10), text);
  }
  ExpectWrong(kSteady, Pieces(10), SteadyText("other456" + kRun, 10));
}

TEST(TextsTest, TwoVoicesInOneTextAreSeen) {
  const std::string half = ShiftingText(3, "aaaaaaaa");
  const std::string other = ShiftingText(6, "bbbbbbbb");
  ExpectWrong(kShifting, Pieces(6),
              half + other.substr(ShiftingText(3, "bbbbbbbb").size()));
  const RunPlan steps = Pieces(6, 2);
  ExpectWrong(kStepper, steps, StepperText(Pieces(2)) + StepperText(steps));
}

TEST(TextsTest, ATextSoFarMayStopButNotBeWrong) {
  const RunPlan plan = Pieces(10);
  const std::string head = SteadyText(kRun, 5);
  EXPECT_TRUE(CheckTextSoFar(kFlaky, plan, kRun, "").ok());
  EXPECT_TRUE(CheckTextSoFar(kFlaky, plan, kRun, head).ok());
  EXPECT_FALSE(CheckTextSoFar(kFlaky, plan, kRun, head + head).ok());
}

}  // namespace
}  // namespace agent::chaos
