#include "service/request_identity.h"

#include <gtest/gtest.h>

#include <string>

namespace agent {
namespace {

v1::RunAgentRequest Request(const std::string& conversation,
                            const std::string& key) {
  v1::RunAgentRequest request;
  request.set_agent("TravelPlanner");
  request.set_message("hello");
  request.set_conversation_id(conversation);
  request.set_request_id(key);
  return request;
}

RequestIdentity Identify(const std::string& conversation,
                         const std::string& key,
                         const std::string& principal = "") {
  return IdentifyRequest(principal, Request(conversation, key));
}

TEST(RequestIdentity, WithoutAKeyEveryRequestIsItsOwn) {
  EXPECT_NE(Identify("", "").conversation_id, Identify("", "").conversation_id);
  EXPECT_NE(Identify("c", "").run_id, Identify("c", "").run_id);
  EXPECT_EQ(Identify("c", "").conversation_id, "c");
}

TEST(RequestIdentity, ARetryMeetsTheFirst) {
  const RequestIdentity first = Identify("", "key");
  const RequestIdentity again = Identify("", "key");
  EXPECT_EQ(again.conversation_id, first.conversation_id);
  EXPECT_EQ(again.run_id, first.run_id);
  EXPECT_EQ(first.run_id.size(), 32u);
}

TEST(RequestIdentity, ARetryMayNameTheConversationItWasGiven) {
  const RequestIdentity first = Identify("", "key");
  const RequestIdentity again = Identify(first.conversation_id, "key");
  EXPECT_EQ(again.conversation_id, first.conversation_id);
  EXPECT_EQ(again.run_id, first.run_id);
  EXPECT_EQ(again.request_hash, first.request_hash);
  EXPECT_TRUE(again.conversation_is_ours);
}

TEST(RequestIdentity, AKeyIsUniqueWithinItsScope) {
  EXPECT_NE(Identify("a", "key").run_id, Identify("b", "key").run_id);
  EXPECT_NE(Identify("a", "key").run_id, Identify("", "key").run_id);
  EXPECT_EQ(Identify("a", "key").run_id, Identify("a", "key").run_id);
  EXPECT_FALSE(Identify("a", "key").conversation_is_ours);
}

TEST(RequestIdentity, PrincipalsNeverMeet) {
  EXPECT_NE(Identify("", "key", "p").conversation_id,
            Identify("", "key", "q").conversation_id);
  // Lengths are part of what is hashed: shifting a boundary changes it.
  EXPECT_NE(Identify("", "ab", "p").conversation_id,
            Identify("", "b", "pa").conversation_id);
}

TEST(RequestIdentity, TheHashIsOfWhatIsAskedForNotOfHowItIsNamed) {
  const std::string hash = Identify("a", "key").request_hash;
  EXPECT_EQ(Identify("b", "other").request_hash, hash);
  v1::RunAgentRequest request = Request("a", "key");
  request.set_agent("travelplanner");
  request.mutable_options();
  EXPECT_EQ(IdentifyRequest("", request).request_hash, hash);
}

TEST(RequestIdentity, EveryFieldThatMattersChangesTheHash) {
  const std::string hash = Identify("", "").request_hash;
  const auto hash_with = [](auto change) {
    v1::RunAgentRequest request = Request("", "");
    change(&request);
    return IdentifyRequest("", request).request_hash;
  };
  using R = v1::RunAgentRequest;
  EXPECT_NE(hash_with([](R* r) { r->set_agent("other"); }), hash);
  EXPECT_NE(hash_with([](R* r) { r->set_message("hello "); }), hash);
  EXPECT_NE(
      hash_with([](R* r) { r->mutable_options()->set_disable_tools(true); }),
      hash);
  EXPECT_NE(hash_with([](R* r) {
              r->mutable_options()->set_response_json_schema("{}");
            }),
            hash);
  EXPECT_NE(hash_with([](R* r) {
              r->mutable_options()->mutable_timeout()->set_seconds(1800);
            }),
            hash);
}

}  // namespace
}  // namespace agent
