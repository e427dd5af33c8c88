#include "tests/chaos/history/last_look.h"

#include "absl/time/clock.h"
#include "lib/log/run.h"
#include "tests/chaos/history/raw_reader.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(100);
// Nothing is broken any more: what fails now fails for good.
constexpr int kLookTries = 20;

bool HasEnded(Scene* scene, size_t turn, Chance* chance) {
  const auto answer = scene->answer(turn);
  if (!answer.has_value()) return true;  // nobody was told that it exists
  const RunLook look =
      scene->calls().LookAtRun(scene->calls().AnyNode(chance),
                               answer->answered_conversation, answer->run,
                               /*final_look=*/true);
  if (look.outcome.code == absl::StatusCode::kNotFound) {
    scene->SubmitAgain(chance);
    return false;
  }
  return look.outcome.ok() && IsEnded(look.run.state);
}

bool AwaitEnds(Scene* scene, absl::Time deadline, Chance* chance) {
  for (size_t turn = 0; turn < scene->turns(); ++turn) {
    while (!HasEnded(scene, turn, chance)) {
      if (absl::Now() > deadline) return false;
      absl::SleepFor(kPause);
    }
  }
  return true;
}

void LookAtConversation(Scene* scene, Chance* chance) {
  for (int i = 0; i < kLookTries; ++i) {
    const ConversationLook look =
        scene->calls().LookAt(scene->calls().AnyNode(chance),
                              scene->conversation(), /*final_look=*/true);
    if (look.outcome.ok()) return;
    absl::SleepFor(kPause);
  }
}

void ReadAll(Scene* scene, Chance* chance) {
  ReaderHabits habits;
  habits.name = scene->name() + "/last";
  habits.cursor = "0-0";
  habits.mean_stay = absl::Seconds(10);
  RawReader(scene, habits, chance->Draw()).Read();
}

}  // namespace

bool TakeLastLook(Scene* scene, absl::Time deadline, uint64_t seed) {
  if (scene->deleted() || !scene->answer(0).has_value()) return true;
  Chance chance(seed, 4);
  const bool ended = AwaitEnds(scene, deadline, &chance);
  if (ended && !scene->stop().IsSet()) ReadAll(scene, &chance);
  LookAtConversation(scene, &chance);
  return ended;
}

}  // namespace agent::chaos
