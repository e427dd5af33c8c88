// The same request_id is the same run, whoever asks, and whatever conversation
// it then names.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/service/service_test.h"

namespace agent::testing {
namespace {

class Idempotency : public ServiceTest {
 protected:
  Answer<v1::RunAgentResponse> Ask(const std::string& message,
                                   const std::string& conversation_id,
                                   const std::string& key,
                                   const std::string& agent = "Script") {
    v1::RunAgentRequest request;
    request.set_agent(agent);
    request.set_message(message);
    request.set_conversation_id(conversation_id);
    request.set_request_id(key);
    return TryRun(request);
  }
  int RunsOf(const std::string& conversation_id) {
    v1::ListRunsRequest request;
    request.set_conversation_id(conversation_id);
    return Call(&Stub::ListRuns, request).value.runs_size();
  }
};

TEST_F(Idempotency, ARepetitionGetsTheFirstAnswerAndStartsNothing) {
  const auto first = Ask("hi", "c", "key").value;
  Read(first);
  const auto again = Ask("hi", "c", "key").value;
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(RunsOf("c"), 1);
}

TEST_F(Idempotency, WithoutAConversationTheRepetitionFindsTheFirst) {
  const auto first = Ask("hi", "", "key").value;
  EXPECT_EQ(Ask("hi", "", "key").value.SerializeAsString(),
            first.SerializeAsString());
  EXPECT_EQ(RunsOf(first.conversation_id()), 1);
}

TEST_F(Idempotency, ARepetitionMayNameTheConversationItWasGiven) {
  const auto first = Ask("hi", "", "key").value;
  EXPECT_EQ(Ask("hi", first.conversation_id(), "key").value.SerializeAsString(),
            first.SerializeAsString());
  EXPECT_EQ(RunsOf(first.conversation_id()), 1);
}

TEST_F(Idempotency, ManyAtOnceAreOne) {
  std::vector<std::thread> threads;
  std::vector<std::string> runs(16);
  for (auto& run : runs) {
    threads.emplace_back([this, &run] {
      const auto answer = Ask("hi", "", "key");
      EXPECT_THAT(answer.status, Succeeds());
      run = answer.value.run_id();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(std::set<std::string>(runs.begin(), runs.end()).size(), 1u);
  EXPECT_NE(runs[0], "");
}

TEST_F(Idempotency, AnotherRequestUnderTheSameKeyIsRefused) {
  const auto first = Ask("hi", "c", "key").value;
  EXPECT_THAT(Ask("ho", "c", "key").status,
              FailsWith(grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED"));
  Ask("hi", "", "own");
  EXPECT_THAT(Ask("ho", "", "own").status,
              FailsWith(grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED"));
}

TEST_F(Idempotency, OptionsArePartOfTheRequest) {
  Ask("hi", "c", "key");
  v1::RunAgentRequest request;
  request.set_agent("Script");
  request.set_message("hi");
  request.set_conversation_id("c");
  request.set_request_id("key");
  request.mutable_options()->set_disable_tools(true);
  EXPECT_THAT(TryRun(request).status,
              FailsWith(grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED"));
}

TEST_F(Idempotency, AKeyCountsWithinItsConversationOnly) {
  const auto a = Ask("hi", "a", "key").value;
  const auto b = Ask("hi", "b", "key").value;
  const auto none = Ask("hi", "", "key").value;
  EXPECT_NE(a.run_id(), b.run_id());
  EXPECT_NE(a.run_id(), none.run_id());
}

TEST_F(Idempotency, WithoutAKeyEveryRequestIsARun) {
  const auto first = Ask("hi", "c", "").value;
  const auto second = Ask("hi", "c", "").value;
  EXPECT_NE(first.run_id(), second.run_id());
  EXPECT_EQ(RunsOf("c"), 2);
  EXPECT_NE(Ask("hi", "", "").value.conversation_id(),
            Ask("hi", "", "").value.conversation_id());
}

TEST_F(Idempotency, AKeyIsRememberedByAServiceThatStartsAnew) {
  const auto first = Ask("hi", "", "key").value;
  Read(first);
  Start(TestSettings());
  EXPECT_EQ(Ask("hi", "", "key").value.SerializeAsString(),
            first.SerializeAsString());
}

}  // namespace
}  // namespace agent::testing
