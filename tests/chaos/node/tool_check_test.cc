#include "tests/chaos/node/tool_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/time/clock.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ToolCheckTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(dir_); }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string Use(int turn, int attempt, const std::string& key = "") {
    const std::string place = "run/" + std::to_string(2 * turn + 1);
    const ToolUse use{"run", turn, key.empty() ? place : key, attempt, 1};
    return ToolReceipts(dir_).Use(use).value_or("");
  }

  void See(int turn, const std::string& result) {
    ChunkSeen seen;
    seen.chunk.run_id = "run";
    seen.chunk.content = ToolResult{CallId(turn), result, false};
    history_.push_back({absl::Now(), seen});
  }

  auto Rules(bool power_lost = false) {
    const auto found = CheckToolUses(history_, ToolReceipts(dir_), power_lost);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> rules;
    for (const Violation& violation : *found) rules.push_back(violation.rule);
    return rules;
  }

  const std::string dir_ =
      ::testing::TempDir() + "/tool_check_test." + std::to_string(getpid());
  std::vector<Event> history_;
};

TEST_F(ToolCheckTest, AKeyHasOneReceipt) {
  const std::string receipt = Use(0, 1);
  EXPECT_EQ(Use(0, 2), receipt);
  EXPECT_NE(Use(1, 2), receipt);
  EXPECT_THAT(Rules(), IsEmpty());
}

TEST_F(ToolCheckTest, AnAttemptMayRepeatOneStep) {
  Use(0, 1);
  Use(1, 1);
  Use(1, 2);
  Use(2, 2);
  Use(2, 3);
  EXPECT_THAT(Rules(), IsEmpty());
  Use(1, 3);
  EXPECT_THAT(Rules(), ElementsAre("step-repeated"));
  EXPECT_THAT(Rules(/*power_lost=*/true), IsEmpty());
}

TEST_F(ToolCheckTest, AKeyThatIsNotThePlacesIsSeen) {
  Use(0, 1, "run/9");
  EXPECT_THAT(Rules(), ElementsAre("step-key"));
}

TEST_F(ToolCheckTest, AResultThatTheToolNeverGaveIsSeenOnce) {
  See(0, Use(0, 1));
  EXPECT_THAT(Rules(), IsEmpty());
  See(1, "invented");
  See(1, "invented");
  EXPECT_THAT(Rules(), ElementsAre("tool-result"));
}

}  // namespace
}  // namespace agent::chaos
