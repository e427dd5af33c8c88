// A tool loop over a scripted model, with one tool that keeps what it got.
#ifndef AGENT_TESTS_AGENT_TOOL_LOOP_FIXTURE_H_
#define AGENT_TESTS_AGENT_TOOL_LOOP_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/agent/tool_loop.h"
#include "tests/agent/fake_run_context.h"
#include "tests/testing/status_matchers.h"

namespace agent::testing {

inline constexpr char kSchema[] =
    R"({"type":"object","properties":{"city":{"type":"string"}},
        "required":["city"],"additionalProperties":false})";

// Says the next scripted turn.
class ScriptedModel final : public ChatModel {
 public:
  struct Turn {
    std::string text;
    std::vector<ToolCall> calls;
    absl::Status error;
  };

  std::string name() const override { return "scripted"; }
  absl::StatusOr<ModelTurn> StreamTurn(const ModelRequest& request, RunContext&,
                                       SayText say) override {
    requests.push_back(request);
    if (turns.empty()) return absl::InternalError("asked once too often");
    const Turn turn = turns.front();
    turns.pop_front();
    if (!turn.text.empty()) {
      if (absl::Status said = say(turn.text); !said.ok()) return said;
    }
    if (!turn.error.ok()) return turn.error;
    return ModelTurn{.tool_calls = turn.calls,
                     .usage = {.input_tokens = 3, .output_tokens = 5}};
  }

  std::deque<Turn> turns;
  std::vector<ModelRequest> requests;
};

class CityTool final : public Tool {
 public:
  std::string name() const override { return "look_up"; }
  std::string description() const override { return "Looks a city up."; }
  std::string parameters_schema() const override { return schema; }
  absl::StatusOr<std::string> Invoke(const ToolInvocation& call) override {
    arguments.emplace_back(call.arguments);
    keys.emplace_back(call.idempotency_key);
    if (on_invoke) on_invoke(call);
    return answer;
  }

  std::string schema = kSchema;
  std::function<void(const ToolInvocation&)> on_invoke;
  absl::StatusOr<std::string> answer = std::string("sunny");
  std::vector<std::string> arguments;
  std::vector<std::string> keys;
};

class ToolLoopFixture : public ::testing::Test {
 protected:
  std::shared_ptr<ToolLoop> Make() {
    auto loop = ToolLoop::Create(options_, model_, {tool_});
    EXPECT_OK(loop);
    return *loop;
  }
  absl::Status Run(FakeRunContext& context) {
    context.mutable_input().message = "How is Rome?";
    return Make()->Run(context);
  }
  void Script(std::string text, std::vector<ToolCall> calls = {}) {
    model_->turns.push_back({std::move(text), std::move(calls), {}});
  }
  static ToolCall Call(std::string arguments, std::string id = "call_1") {
    return {.call_id = std::move(id),
            .name = "look_up",
            .arguments = std::move(arguments)};
  }
  // Of the only call of a run that asks for it and then answers.
  ToolResult ResultOf(ToolCall call) {
    Script("", {std::move(call)});
    Script("Done.");
    FakeRunContext context;
    EXPECT_OK(Run(context));
    return model_->requests.back().messages.back().tool_result.value();
  }

  ToolLoopOptions options_ = {
      .name = "Loop", .description = "A loop", .instructions = "Be brief."};
  std::shared_ptr<ScriptedModel> model_ = std::make_shared<ScriptedModel>();
  std::shared_ptr<CityTool> tool_ = std::make_shared<CityTool>();
  std::vector<Message> journal_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_AGENT_TOOL_LOOP_FIXTURE_H_
