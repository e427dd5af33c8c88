#include "tests/chaos/cluster/aof_cut.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace agent::chaos {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string Written(const std::vector<std::string>& words) {
  std::string bytes = absl::StrCat("*", words.size(), "\r\n");
  for (const std::string& word : words) {
    absl::StrAppend(&bytes, "$", word.size(), "\r\n", word, "\r\n");
  }
  return bytes;
}

const std::string& Set() {
  static const auto* bytes = new std::string(Written({"SET", "k", "a\r\n*1"}));
  return *bytes;
}

std::string Block(int commands) {
  std::string bytes = Written({"multi"});
  for (int i = 0; i < commands; ++i) bytes += Set();
  return bytes + Written({"EXEC"});
}

int64_t Size(const std::string& bytes) {
  return static_cast<int64_t>(bytes.size());
}

TEST(ParseAofTest, FindsCommandsByTheirLengths) {
  const auto commands = ParseAof(Written({"SELECT", "0"}) + Set());
  ASSERT_THAT(commands, SizeIs(2));
  EXPECT_EQ(commands[0].name, "SELECT");
  EXPECT_EQ(commands[0].begin, 0);
  EXPECT_EQ(commands[1].begin, commands[0].end);
  EXPECT_EQ(commands[1].name, "SET");
  EXPECT_EQ(commands[1].end - commands[1].begin, Size(Set()));
}

TEST(ParseAofTest, LeavesOutWhatIsIncompleteWhereverItEnds) {
  const std::string whole = Set() + Set();
  for (size_t size = Set().size(); size < whole.size(); ++size) {
    EXPECT_THAT(ParseAof(whole.substr(0, size)), SizeIs(1)) << size;
  }
  EXPECT_THAT(ParseAof(whole), SizeIs(2));
  EXPECT_THAT(ParseAof(Set() + "garbage\r\n"), SizeIs(1));
}

TEST(FindBlocksTest, KnowsWhereABlockMayBeTorn) {
  const std::string before = Set();
  const auto blocks = FindBlocks(ParseAof(before + Block(2) + Set()));
  ASSERT_THAT(blocks, SizeIs(1));
  const int64_t first = Size(before + Written({"multi"}));
  EXPECT_EQ(blocks[0].begin, first);
  EXPECT_EQ(blocks[0].end, Size(before + Block(2)));
  EXPECT_THAT(blocks[0].boundaries,
              ElementsAre(first, first + Size(Set()), first + 2 * Size(Set())));
}

TEST(FindBlocksTest, AnOpenBlockReachesToTheEnd) {
  const std::string open = Written({"MULTI"}) + Set();
  const auto blocks = FindBlocks(ParseAof(open));
  ASSERT_THAT(blocks, SizeIs(1));
  EXPECT_EQ(blocks[0].end, Size(open));
}

std::string AppendingBlock(int entries) {
  std::string bytes = Written({"MULTI"});
  for (int i = 0; i < entries; ++i) bytes += Written({"XADD", "k", "1-1"});
  return bytes + Set() + Written({"EXEC"});
}

TEST(ChooseTearTest, LeavesTheFirstHalfOfAScriptThatAppends) {
  std::mt19937_64 random(7);
  const std::string before = Block(2) + Written({"MULTI"});
  const std::string bytes = Block(2) + AppendingBlock(2) + Block(1);
  const int64_t entry = Size(Written({"XADD", "k", "1-1"}));
  for (int i = 0; i < 500; ++i) {
    const auto cut = ChooseTear(bytes, 0, &random);
    ASSERT_TRUE(cut.has_value());
    EXPECT_GT(cut->size, Size(before) + entry);
    EXPECT_LT(cut->size, Size(Block(2) + AppendingBlock(2)));
    const std::string left = bytes.substr(0, static_cast<size_t>(cut->size));
    const auto whole = ParseAof(left);
    EXPECT_LT(whole.back().end, cut->size) << "between commands";
  }
}

TEST(ChooseTearTest, FindsNothingWhereNothingAppends) {
  std::mt19937_64 random(7);
  EXPECT_FALSE(ChooseTear(Block(3), 0, &random).has_value());
  const std::string bytes = AppendingBlock(2);
  EXPECT_FALSE(ChooseTear(bytes, Size(bytes), &random).has_value());
}

TEST(ChooseCutTest, NeverTakesWhatWasKept) {
  std::mt19937_64 random(7);
  const std::string bytes = Block(3) + Block(3) + Block(3);
  const int64_t floor = Size(Block(3)) + 5;
  for (int i = 0; i < 2000; ++i) {
    const AofCut cut = ChooseCut(bytes, floor, &random);
    EXPECT_GE(cut.size, floor);
    EXPECT_LE(cut.size, Size(bytes));
  }
  EXPECT_EQ(ChooseCut(bytes, Size(bytes), &random).size, Size(bytes));
  EXPECT_EQ(ChooseCut(bytes, Size(bytes) + 9, &random).size, Size(bytes));
  EXPECT_EQ(ChooseCut("", 0, &random).size, 0);
}

TEST(ChooseCutTest, TearsBlocksInEveryWay) {
  std::mt19937_64 random(7);
  const std::string bytes = Set() + Block(3) + Set();
  const AofBlock block = FindBlocks(ParseAof(bytes))[0];
  std::map<std::string, int> forms;
  for (int i = 0; i < 2000; ++i) {
    const AofCut cut = ChooseCut(bytes, 0, &random);
    ++forms[cut.form];
    if (cut.form == "anywhere") continue;
    EXPECT_GE(cut.size, block.begin);
    EXPECT_LT(cut.size, block.end);
  }
  EXPECT_THAT(forms, SizeIs(3));
  for (const auto& [form, count] : forms) EXPECT_GT(count, 100) << form;
}

}  // namespace
}  // namespace agent::chaos
