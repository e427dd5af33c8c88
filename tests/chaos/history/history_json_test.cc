#include "tests/chaos/history/history_json.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/chaos/history/checker.h"
#include "tests/chaos/history/facts_json.h"
#include "tests/chaos/history/history.h"
#include "tests/chaos/history/made_up_history.h"

namespace agent::chaos {
namespace {

// Of every kind of event at least one.
MadeUpHistory SomeOfAll() {
  MadeUpHistory history;
  RunPlan plan;
  plan.pieces = 4;
  plan.steps = 1;
  const std::string run = history.WholeRun(kStepper, plan);
  plan.refuse = 1;
  const std::string failed = history.Submit(kFlaky, plan);
  history.Attempt(failed);
  history.Fail(failed, kRefused);
  const std::string cancelled = history.Submit(kSteady, plan);
  history.Attempt(cancelled);
  history.CancelRun(cancelled, RunState::kRunning);
  history.EndCancelled(cancelled);
  history.Read("reader", run);
  history.Add(StartOver{"reader"});
  history.Add(Delete{history.now(),
                     2,
                     "c",
                     {absl::StatusCode::kUnavailable, "DRAINING", "x"}});
  history.Finish();
  return history;
}

TEST(HistoryJsonTest, WhatIsWrittenIsReadBack) {
  for (const Event& event : SomeOfAll().events) {
    const std::string line = EventToJson(event);
    const auto read = EventFromJson(line);
    ASSERT_TRUE(read.ok()) << read.status() << " " << line;
    EXPECT_EQ(EventToJson(*read), line);
    EXPECT_EQ(read->at, event.at);
    EXPECT_EQ(read->body.index(), event.body.index());
  }
}

TEST(HistoryJsonTest, AFileIsCheckedAsTheHistoryItself) {
  std::string dir = "/tmp/chaos-history-XXXXXX";
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  const std::string path = dir + "/history.jsonl";
  MadeUpHistory history = SomeOfAll();
  history.LosePower(0);
  history.facts.disturbances.push_back({history.now(), history.now()});
  history.facts.audit.due.emplace_back("c");
  history.events[5].at += absl::Microseconds(7);
  ASSERT_TRUE(SaveHistory(history.events, path).ok());
  ASSERT_TRUE(SaveFacts(history.facts, dir + "/facts.json").ok());
  const auto loaded = LoadHistory(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto facts = LoadFacts(dir + "/facts.json");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->patience, absl::InfiniteDuration());
  EXPECT_EQ(facts->power_losses[0].begin, history.facts.power_losses[0].begin);
  EXPECT_EQ(facts->disturbances.size(), 1u);
  EXPECT_EQ(facts->audit.due, history.facts.audit.due);
  EXPECT_EQ(Check(*loaded, *facts).ToText(),
            Check(history.events, history.facts).ToText());
  EXPECT_EQ(loaded->size(), history.events.size());
  std::filesystem::remove_all(dir);
}

TEST(HistoryJsonTest, WhatCannotBeReadIsNamed) {
  EXPECT_FALSE(EventFromJson("{").ok());
  EXPECT_FALSE(EventFromJson("{\"kind\":\"open\",\"at\":1}").ok());
  EXPECT_EQ(LoadHistory("/nowhere").status().code(),
            absl::StatusCode::kNotFound);
}

TEST(HistoryTest, TimesNeverStepBack) {
  History history;
  for (int i = 0; i < 100; ++i) history.Add(StartOver{"reader"});
  const auto events = history.Events();
  ASSERT_EQ(events.size(), 100u);
  for (size_t i = 1; i < events.size(); ++i) {
    EXPECT_LE(events[i - 1].at, events[i].at);
  }
  EXPECT_NE(history.NextCall(), history.NextCall());
}

}  // namespace
}  // namespace agent::chaos
