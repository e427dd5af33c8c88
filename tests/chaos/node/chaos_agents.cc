#include "tests/chaos/node/chaos_agents.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/node/tool_receipts.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

constexpr int kExitOfPoison = 66;

// Half to one and a half of the plan's delay.
absl::Status Pause(RunContext& context, const RunPlan& plan) {
  if (plan.delay_us == 0) return context.StopStatus();
  return context.Sleep(absl::Microseconds(plan.delay_us) *
                       (0.5 + RandomFraction()));
}

// Says pieces `from` to `to` (not included) of `voice`.
absl::Status SayPieces(RunContext& context, const RunPlan& plan,
                       const std::string& voice, int from, int to) {
  for (int position = from; position < to; ++position) {
    RETURN_IF_ERROR(Pause(context, plan));
    RETURN_IF_ERROR(
        context.Say(Piece(context.input().run_id, voice, position)));
  }
  return absl::OkStatus();
}

absl::StatusOr<RunPlan> PlanOf(const RunContext& context) {
  auto plan = ParseRunPlan(context.input().message);
  if (plan.ok()) return plan;
  return RunError("CHAOS_PLAN", std::string(plan.status().message()), false);
}

class ChaosAgent : public Agent {
 public:
  std::string description() const override {
    return "An agent of the chaos test.";
  }
  absl::Status Run(RunContext& context) final {
    ASSIGN_OR_RETURN(const RunPlan plan, PlanOf(context));
    return Follow(context, plan);
  }

 private:
  virtual absl::Status Follow(RunContext& context, const RunPlan& plan) = 0;
};

class Steady final : public ChaosAgent {
 public:
  std::string name() const override { return kSteady; }

 private:
  absl::Status Follow(RunContext& context, const RunPlan& plan) override {
    return SayPieces(context, plan, "", 0, plan.pieces);
  }
};

class Shifting final : public ChaosAgent {
 public:
  std::string name() const override { return kShifting; }

 private:
  absl::Status Follow(RunContext& context, const RunPlan& plan) override {
    return SayPieces(context, plan, RandomVoice(), 0, plan.pieces);
  }
};

class Poison final : public ChaosAgent {
 public:
  std::string name() const override { return kPoison; }

 private:
  absl::Status Follow(RunContext& context, const RunPlan& plan) override {
    const int half = plan.pieces / 2;
    RETURN_IF_ERROR(SayPieces(context, plan, "", 0, half));
    if (context.input().attempt <= plan.kill) Die(context.input().attempt);
    return SayPieces(context, plan, "", half, plan.pieces);
  }

  static void Die(int attempt) {
    // Not by abort(): nobody could tell that from a crash.
    if (attempt % 2 == 1) raise(SIGKILL);
    std::_Exit(kExitOfPoison);
  }
};

class Flaky final : public ChaosAgent {
 public:
  std::string name() const override { return kFlaky; }

 private:
  absl::Status Follow(RunContext& context, const RunPlan& plan) override {
    const bool fails = context.input().attempt <= plan.fail;
    const int end =
        fails || plan.refuse == 1 ? plan.pieces * 3 / 4 : plan.pieces;
    RETURN_IF_ERROR(SayPieces(context, plan, "", 0, end));
    if (fails) return RunError(kMoody, "not in the mood", true);
    if (plan.refuse == 1) return RunError(kRefused, "never", false);
    return absl::OkStatus();
  }
};

class Stepper final : public ChaosAgent {
 public:
  explicit Stepper(const std::string& receipts_dir) : receipts_(receipts_dir) {}

  std::string name() const override { return kStepper; }
  std::vector<std::string> tools() const override { return {kTool}; }

 private:
  static constexpr char kTool[] = "stamp";

  absl::Status Follow(RunContext& context, const RunPlan& plan) override {
    for (int turn = 0; turn <= plan.steps; ++turn) {
      ASSIGN_OR_RETURN(const Message said, context.ModelTurn([&] {
        return Turn(context, plan, turn);
      }));
      for (const ToolCall& call : said.tool_calls) {
        RETURN_IF_ERROR(CallTool(context, plan, turn, call));
      }
    }
    return absl::OkStatus();
  }

  static absl::StatusOr<std::vector<ToolCall>> Turn(RunContext& context,
                                                    const RunPlan& plan,
                                                    int turn) {
    const std::string voice = TurnVoice(turn, RandomVoice());
    const int pieces = PiecesOfTurn(plan, turn);
    RETURN_IF_ERROR(SayPieces(context, plan, voice, 0, pieces));
    context.AddUsage({.input_tokens = 1, .output_tokens = pieces});
    if (turn == plan.steps) return std::vector<ToolCall>();
    return std::vector<ToolCall>{
        {.call_id = CallId(turn), .name = kTool, .arguments = "{}"}};
  }

  absl::Status CallTool(RunContext& context, const RunPlan& plan, int turn,
                        const ToolCall& call) const {
    const auto result = context.ToolStep(
        call, [&](std::string_view key) -> absl::StatusOr<ToolResult> {
          RETURN_IF_ERROR(Pause(context, plan));
          ASSIGN_OR_RETURN(std::string receipt,
                           receipts_.Use({.run = context.input().run_id,
                                          .turn = turn,
                                          .key = std::string(key),
                                          .attempt = context.input().attempt,
                                          .pid = getpid()}));
          RETURN_IF_ERROR(Pause(context, plan));
          return ToolResult{call.call_id, std::move(receipt), false};
        });
    return result.status();
  }

  const ToolReceipts receipts_;
};

}  // namespace

std::vector<std::shared_ptr<Agent>> MakeChaosAgents(
    const std::string& receipts_dir) {
  return {std::make_shared<Steady>(), std::make_shared<Shifting>(),
          std::make_shared<Stepper>(receipts_dir), std::make_shared<Poison>(),
          std::make_shared<Flaky>()};
}

}  // namespace agent::chaos
