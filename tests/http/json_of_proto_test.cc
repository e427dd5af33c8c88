#include "service/http/json_of_proto.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "agent/v1/agent_service.pb.h"

namespace agent::testing {
namespace {

TEST(JsonOfProto, FieldsHaveTheContractsNamesAndNumbersAreNumbers) {
  v1::Run run;
  run.set_run_id("r");
  run.set_conversation_id("c");
  run.set_state(v1::Run::COMPLETED);
  run.set_chunk_count(int64_t{1} << 40);
  run.mutable_accept_time()->set_seconds(1795186321);
  run.mutable_accept_time()->set_nanos(505000000);
  run.mutable_usage()->set_input_tokens(7);
  EXPECT_EQ(JsonText(JsonOfProto(run)),
            R"({"run_id":"r","correlation_id":"r","conversation_id":"c",)"
            R"("thread_id":"c","agent":"","state":"COMPLETED","attempt":0,)"
            R"("cancel_requested":false,)"
            R"("accept_time":"2026-11-20T14:52:01.505Z","first_cursor":"",)"
            R"("last_cursor":"","chunk_count":1099511627776,)"
            R"("usage":{"input_tokens":7,"output_tokens":0},"message":""})"
            "\n");
}

TEST(JsonOfProto, ListsAreListsAlsoWhenTheyAreEmpty) {
  v1::ListAgentsResponse agents;
  EXPECT_EQ(JsonText(JsonOfProto(agents)), "{\"agents\":[]}\n");
  auto* agent = agents.add_agents();
  agent->set_name("A");
  agent->add_tools("t1");
  agent->add_tools("t2");
  EXPECT_EQ(JsonOfProto(agents)["agents"][0]["tools"],
            nlohmann::ordered_json::parse(R"(["t1","t2"])"));
}

TEST(JsonOfProto, DurationsAreSeconds) {
  v1::RunAgentResponse response;
  response.mutable_stream_ttl()->set_seconds(600);
  EXPECT_EQ(JsonOfProto(response)["stream_ttl"], "600s");
}

TEST(JsonOfProto, WhatIsNoUtf8DoesNotBreakTheJson) {
  v1::Agent agent;
  agent.set_name("a\xFF");
  EXPECT_EQ(nlohmann::json::parse(JsonText(JsonOfProto(agent)))["name"],
            "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace agent::testing
