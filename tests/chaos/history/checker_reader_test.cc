// Each way in which one reader can be served badly is found, by its name.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/chaos/history/made_up_history.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

RunPlan Pieces(int pieces) {
  RunPlan plan;
  plan.pieces = pieces;
  return plan;
}

// Two whole runs, read by "reader", of the first run, and by "all".
class CheckerReaderTest : public ::testing::Test {
 protected:
  CheckerReaderTest() {
    first_ = history_.WholeRun(kShifting, Pieces(8));
    second_ = history_.WholeRun(kShifting, Pieces(8));
    history_.Read("reader", first_);
    history_.Read("all");
    history_.Finish();
    seen_ = history_.ChunksOf("reader");
    all_ = history_.ChunksOf("all");
  }

  MadeUpHistory history_;
  std::string first_;
  std::string second_;
  std::vector<size_t> seen_;
  std::vector<size_t> all_;
};

TEST_F(CheckerReaderTest, ItIsGoodToBeginWith) {
  EXPECT_EQ(FoundIn(history_), "");
}

TEST_F(CheckerReaderTest, AChunkIsMissing) {
  history_.Erase(seen_[3]);
  EXPECT_TRUE(Finds(history_, rule::kGap));
  EXPECT_TRUE(Finds(history_, rule::kText));
}

TEST_F(CheckerReaderTest, TheFirstChunkIsMissing) {
  history_.Erase(seen_[0]);
  EXPECT_TRUE(Finds(history_, rule::kGap));
}

TEST_F(CheckerReaderTest, TheFirstChunkOfTheLogIsMissing) {
  history_.Erase(all_[0]);
  EXPECT_TRUE(Finds(history_, rule::kGap));
}

TEST_F(CheckerReaderTest, TheFirstChunkOfTheNextRunIsMissing) {
  history_.Erase(all_[10]);
  EXPECT_TRUE(Finds(history_, rule::kGap));
}

TEST_F(CheckerReaderTest, AChunkComesTwice) {
  history_.events.insert(
      history_.events.begin() + static_cast<std::ptrdiff_t>(seen_[3]),
      history_.events[seen_[2]]);
  EXPECT_TRUE(Finds(history_, rule::kDuplicate));
}

TEST_F(CheckerReaderTest, TwoChunksChangePlaces) {
  std::swap(history_.events[seen_[3]], history_.events[seen_[4]]);
  EXPECT_TRUE(Finds(history_, rule::kGap));
  EXPECT_TRUE(Finds(history_, rule::kDuplicate));
}

TEST_F(CheckerReaderTest, TheIdsDoNotRise) {
  for (const std::string reader : {"reader", "all", "last"}) {
    history_.chunk(history_.ChunksOf(reader)[4]).id.ms -= 100;
  }
  EXPECT_TRUE(Finds(history_, rule::kReorder));
}

TEST_F(CheckerReaderTest, AnotherRunComesBetween) {
  // As if the log had held it so.
  Chunk& other = history_.chunk(all_[4]);
  other.run_id = second_;
  EXPECT_TRUE(Finds(history_, rule::kInterleaved));
}

TEST_F(CheckerReaderTest, AChunkOfAnotherRunThanAskedFor) {
  history_.chunk(seen_[4]).run_id = second_;
  EXPECT_TRUE(Finds(history_, rule::kOtherRun));
}

TEST_F(CheckerReaderTest, TheRunGoesOnAfterItsEnd) {
  const Event end = history_.events[seen_.back() + 1];
  history_.events.insert(
      history_.events.begin() + static_cast<std::ptrdiff_t>(seen_.back()) + 1,
      history_.events[seen_[2]]);
  EXPECT_TRUE(Finds(history_, rule::kAfterEnd));
}

TEST_F(CheckerReaderTest, AnEntryHasNoRun) {
  history_.chunk(seen_[4]).run_id = "";
  EXPECT_TRUE(Finds(history_, rule::kForeignEntry));
}

TEST_F(CheckerReaderTest, AnEntryIsOfARunThatNobodyAsked) {
  for (const std::string reader : {"reader", "all", "last"}) {
    history_.chunk(history_.ChunksOf(reader)[4]).run_id = "unknown";
  }
  EXPECT_TRUE(Finds(history_, rule::kForeignEntry));
}

TEST_F(CheckerReaderTest, TheTextIsNotTheAgents) {
  std::get<TextPiece>(history_.chunk(seen_[4]).content).text[1] ^= 1;
  EXPECT_TRUE(Finds(history_, rule::kText));
  EXPECT_TRUE(Finds(history_, rule::kProof));
  EXPECT_TRUE(Finds(history_, rule::kEntryDiffers));
}

TEST_F(CheckerReaderTest, TheProofIsOfAnotherText) {
  for (const std::string reader : {"reader", "all", "last"}) {
    Chunk& end = history_.chunk(history_.ChunksOf(reader)[9]);
    std::get<RunCompleted>(end.content).text_sha256[0] ^= 1;
  }
  EXPECT_TRUE(Finds(history_, rule::kProof));
}

TEST_F(CheckerReaderTest, OkWithoutAnEnd) {
  history_.Erase(seen_.back());
  EXPECT_TRUE(Finds(history_, rule::kOkWithoutEnd));
}

TEST_F(CheckerReaderTest, OkInTheMiddle) {
  history_.events.erase(
      history_.events.begin() + static_cast<std::ptrdiff_t>(seen_[5]),
      history_.events.begin() + static_cast<std::ptrdiff_t>(seen_.back()) + 1);
  EXPECT_TRUE(Finds(history_, rule::kOkWithoutEnd));
}

TEST_F(CheckerReaderTest, AFollowerIsSentAway) {
  auto& open = std::get<StreamOpen>(history_.events[seen_[0] - 1].body);
  open.follow = true;
  EXPECT_TRUE(Finds(history_, rule::kOkWithoutEnd));
}

TEST_F(CheckerReaderTest, AReaderWaitsInVain) {
  history_.Last<StreamEnd>().leave = Leave::kBrokenOff;
  EXPECT_TRUE(Finds(history_, rule::kStuckReader));
  // A power loss alone is no reason: what it took was accepted again since.
  const absl::Time accepted = history_.events[0].at;
  history_.facts.power_losses.push_back({accepted, accepted, accepted});
  EXPECT_TRUE(Finds(history_, rule::kStuckReader));
  // Or was so only afterwards.
  for (Event& event : history_.events) {
    auto* look = std::get_if<RunLook>(&event.body);
    if (look != nullptr) {
      look->run.accept_time_ms = absl::ToUnixMillis(history_.now()) + 1000;
    }
  }
  EXPECT_FALSE(Finds(history_, rule::kStuckReader));
}

TEST_F(CheckerReaderTest, AnAttemptDiscardsNothingAndTheTextIsDoubled) {
  MadeUpHistory history;
  const std::string run = history.Submit(kShifting, Pieces(4));
  history.Attempt(run);
  history.Say(run, 4);
  history.Attempt(run, history.last_id());
  history.Say(run, 4);
  history.Complete(run);
  history.Finish();
  EXPECT_TRUE(Finds(history, rule::kText));
}

}  // namespace
}  // namespace agent::chaos
