// ListConversations and the directory of agents.
#include "tests/redis/store_fixture.h"

namespace agent::testing {
namespace {

using ::testing::ElementsAre;

class ConversationListingTest : public StoreTest {
 protected:
  void AdmitTo(const std::string& id, const std::string& agent,
               const std::string& principal = "") {
    AdmitRequest request = Request("run of " + id);
    request.conversation = {principal, id};
    request.agent = agent;
    ASSERT_OK(Admit(request));
    ASSERT_TRUE(Eventually([&] {
      return !Command({"ZSCORE", "agent-conversations:" + agent, id})
                  .view()
                  .IsNil();
    }));
    Advance(absl::Seconds(1));
  }
  absl::StatusOr<Page<Conversation>> List(const std::string& agent, int size,
                                          const std::string& token) {
    return Await<Page<Conversation>>([&](Callback<Page<Conversation>> done) {
      store().runs().ListConversations("", agent, size, token, std::move(done));
    });
  }
  static std::vector<std::string> Ids(const Page<Conversation>& page) {
    std::vector<std::string> ids;
    for (const auto& item : page.items) ids.push_back(item.conversation_id);
    return ids;
  }
};

TEST_F(ConversationListingTest, NothingIsAnEmptyPage) {
  const auto page = List("", 10, "");
  ASSERT_OK(page);
  EXPECT_TRUE(page->items.empty());
  EXPECT_EQ(page->next_page_token, "");
}

TEST_F(ConversationListingTest, TheMostRecentlyActiveComeFirst) {
  AdmitTo("c1", "planner");
  AdmitTo("c2", "planner");
  AdmitTo("c3", "other");
  auto page = List("", 10, "");
  ASSERT_OK(page);
  EXPECT_THAT(Ids(*page), ElementsAre("c3", "c2", "c1"));
  EXPECT_EQ(page->items[0].agent, "other");
  EXPECT_EQ(page->items[0].queued_runs, 1);
  EXPECT_THAT(Ids(*List("planner", 10, "")), ElementsAre("c2", "c1"));
  AdmitRequest again = Request("again");
  ASSERT_OK(Admit(again));
  EXPECT_TRUE(Eventually([&] {
    return Ids(*List("", 10, "")) == std::vector<std::string>{"c1", "c3", "c2"};
  }));
}

TEST_F(ConversationListingTest, PagesFollowEachOtherThroughTies) {
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    AdmitTo(id, "planner");
    Advance(-absl::Seconds(1));
  }
  std::vector<std::string> seen;
  std::string token;
  do {
    const auto page = List("", 2, token);
    ASSERT_OK(page);
    EXPECT_LE(page->items.size(), 2u);
    for (const std::string& id : Ids(*page)) seen.push_back(id);
    token = page->next_page_token;
  } while (!token.empty() && seen.size() < 10);
  EXPECT_THAT(seen, ElementsAre("e", "d", "c", "b", "a"));
}

TEST_F(ConversationListingTest, TheExpiredAreLeftOutAndPruned) {
  AdmitTo("c1", "planner");
  AdmitTo("c2", "planner");
  AdmitTo("c3", "planner");
  Command({"DEL", "{agent-stream:c2}:m"});
  const auto page = List("", 2, "");
  ASSERT_OK(page);
  EXPECT_THAT(Ids(*page), ElementsAre("c3", "c1"));
  EXPECT_TRUE(Eventually([&] {
    return Number({"ZCARD", "agent-conversations"}) == 2;
  }));
}

TEST_F(ConversationListingTest, OtherPrincipalsAreLeftOutAndNotPruned) {
  AdmitTo("c1", "planner");
  AdmitTo("c2", "planner", "eve");
  EXPECT_THAT(Ids(*List("", 10, "")), ElementsAre("c1"));
  EXPECT_EQ(Number({"ZCARD", "agent-conversations"}), 2);
}

TEST_F(ConversationListingTest, AMalformedPageTokenIsRefused) {
  for (const char* token : {"?", "72756e733a7231"}) {
    EXPECT_THAT(List("", 10, token), HasReason(reason::kFieldInvalid));
  }
}

class AgentDirectoryTest : public StoreTest {
 protected:
  absl::Status Announce(const std::string& worker, AgentInfo agent) {
    return AwaitStatus([&](StatusCallback done) {
      store().agents().Announce(worker, {std::move(agent)}, std::move(done));
    });
  }
  std::vector<AgentInfo> List() {
    auto agents = Await<std::vector<AgentInfo>>(
        [&](Callback<std::vector<AgentInfo>> done) {
          store().agents().List(std::move(done));
        });
    EXPECT_OK(agents);
    return agents.value_or(std::vector<AgentInfo>{});
  }
};

TEST_F(AgentDirectoryTest, AnAgentIsKnownOnceOffered) {
  EXPECT_TRUE(List().empty());
  ASSERT_OK(Announce("w1", {"TravelPlanner", "plans", {"weather"}, 0}));
  ASSERT_OK(Announce("w2", {"TravelPlanner", "plans", {"weather"}, 0}));
  const auto agents = List();
  ASSERT_EQ(agents.size(), 1u);
  EXPECT_EQ(agents[0].name, "TravelPlanner");
  EXPECT_EQ(agents[0].description, "plans");
  EXPECT_THAT(agents[0].tools, ElementsAre("weather"));
  EXPECT_EQ(agents[0].workers, 2);
}

TEST_F(AgentDirectoryTest, WorkersThatLeaveOrFallSilentAreNotCounted) {
  ASSERT_OK(Announce("w1", {"a", "", {}, 0}));
  ASSERT_OK(Announce("w2", {"a", "", {}, 0}));
  ASSERT_OK(AwaitStatus([&](StatusCallback done) {
    store().agents().Withdraw("w1", {"a"}, std::move(done));
  }));
  EXPECT_EQ(List()[0].workers, 1);
  Advance(absl::Seconds(16));
  EXPECT_EQ(List()[0].workers, 0);
  ASSERT_OK(Announce("w2", {"a", "", {}, 0}));
  EXPECT_EQ(List()[0].workers, 1);
}

}  // namespace
}  // namespace agent::testing
