#include "tests/chaos/history/play.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/log/run.h"
#include "tests/chaos/history/library_reader.h"

namespace agent::chaos {
namespace {

// Shares of what clients do now and then.
constexpr double kUnnamed = 0.2;    // the service names the conversation
constexpr double kQueued = 0.6;     // a turn does not wait for those before
constexpr double kRepeated = 0.25;  // a request is sent again though answered
constexpr double kPatient = 0.25;   // a reader hardly leaves
constexpr double kSlow = 0.15;

constexpr absl::Duration kTurnPause = absl::Milliseconds(120);
constexpr absl::Duration kCancelPause = absl::Milliseconds(400);
constexpr absl::Duration kDeletePause = absl::Milliseconds(600);
constexpr absl::Duration kLookPause = absl::Milliseconds(500);
constexpr absl::Duration kSlowPause = absl::Milliseconds(15);
constexpr absl::Duration kPatientStay = absl::Seconds(4);
constexpr absl::Duration kWait = absl::Seconds(60);

uint64_t PlaySeed(uint64_t seed, int number) {
  return seed * 1'000'003 + static_cast<uint64_t>(number);
}

}  // namespace

Play::Play(const Services& services, int number, int turns)
    : services_(services),
      chance_(PlaySeed(services.options->seed, number), 0),
      name_(absl::StrCat("c", services.options->seed, ".", number)),
      to_be_deleted_(chance_.Hits(services.options->delete_share)),
      scene_(std::make_shared<Scene>(name_, MakeTurns(turns), services.calls,
                                     services.book, services.stop)) {}

std::vector<Request> Play::MakeTurns(int turns) {
  const std::vector<AgentShare>& agents = services_.options->agents;
  int weights = 0;
  for (const AgentShare& share : agents) weights += share.weight;
  int drawn = chance_.Below(weights);
  const AgentShare* of = &agents.front();
  for (const AgentShare& share : agents) {
    if (drawn < share.weight) {
      of = &share;
      break;
    }
    drawn -= share.weight;
  }
  const bool unnamed = chance_.Hits(kUnnamed);
  std::vector<Request> requests;
  for (int turn = 0; turn < turns; ++turn) {
    requests.push_back({absl::StrCat(name_, "/", turn), unnamed ? "" : name_,
                        of->agent, ToMessage(of->plan)});
  }
  return requests;
}

void Play::Run() {
  StartReaders();
  Start(&Play::CancelSome);
  Start(&Play::LookNowAndThen);
  SubmitTurns();
  if (to_be_deleted_ && scene_->answer(0).has_value()) {
    services_.stop->Sleep(chance_.About(kDeletePause));
    scene_->Delete(&chance_);
  }
  for (std::thread& client : clients_) client.join();
  clients_.clear();
}

void Play::SubmitTurns() {
  for (size_t turn = 0; turn < scene_->turns(); ++turn) {
    if (turn > 0 && !chance_.Hits(kQueued) && !scene_->AwaitEnd(turn - 1)) {
      return;
    }
    if (!scene_->SubmitTurn(turn, &chance_)) return;
    if (chance_.Hits(kRepeated)) scene_->RepeatTurn(turn, &chance_);
    if (!services_.stop->Sleep(chance_.About(kTurnPause))) return;
  }
}

void Play::Start(void (Play::*client)(uint64_t seed)) {
  clients_.emplace_back(
      [this, client, seed = chance_.Draw()] { (this->*client)(seed); });
}

// The first reads run after run, so that every end is seen by somebody.
void Play::StartReaders() {
  for (int i = 0; i < services_.options->readers_per_conversation; ++i) {
    StartReader(i);
  }
}

void Play::StartReader(int number) {
  const uint64_t seed = chance_.Draw();
  const std::string name = absl::StrCat(name_, "/r", number);
  const int kind = number == 0 ? 0 : chance_.Below(5);
  if (kind <= 1) {
    clients_.emplace_back([this, name, library = kind == 1, seed] {
      ReadRuns(name, library, seed);
    });
    return;
  }
  ReaderHabits habits = HabitsOf(name, &chance_);
  habits.cursor = "0-0";
  habits.follow = kind == 2;
  habits.wait = kWait;
  clients_.emplace_back([this, habits, late = kind == 3, seed] {
    ReadConversation(habits, late, seed);
  });
}

ReaderHabits Play::HabitsOf(const std::string& name, Chance* chance) const {
  ReaderHabits habits;
  habits.name = name;
  habits.mean_stay =
      chance->Hits(kPatient) ? kPatientStay : services_.options->mean_stay;
  if (chance->Hits(kSlow)) habits.pause = kSlowPause;
  habits.uses_batch_cursor = chance->Hits(0.3);
  return habits;
}

void Play::ReadRuns(const std::string& name, bool library, uint64_t seed) {
  Chance chance(seed, 1);
  for (size_t turn = 0; turn < scene_->turns(); ++turn) {
    const auto answer = scene_->AwaitAnswer(turn);
    if (!answer.has_value()) return;
    const std::string reader = absl::StrCat(name, ".", turn);
    if (library) {
      LibraryReader(scene_.get(), services_.timers, reader, answer->run,
                    services_.options->mean_stay, chance.Draw())
          .Read();
      continue;
    }
    ReaderHabits habits = HabitsOf(reader, &chance);
    habits.run = answer->run;
    if (chance.Hits(0.5)) habits.cursor = answer->cursor.ToString();
    RawReader(scene_.get(), std::move(habits), chance.Draw()).Read();
  }
}

void Play::ReadConversation(ReaderHabits habits, bool late, uint64_t seed) {
  // A conversation that the service names is known only by its answer.
  if (scene_->conversation().empty() && !scene_->AwaitAnswer(0)) return;
  if (late && !scene_->AwaitEnd(0)) return;
  RawReader(scene_.get(), std::move(habits), seed).Read();
}

void Play::CancelSome(uint64_t seed) {
  Chance chance(seed, 2);
  for (size_t turn = 0; turn < scene_->turns(); ++turn) {
    if (!chance.Hits(services_.options->cancel_share)) continue;
    if (!scene_->AwaitAnswer(turn).has_value()) return;
    // While it waits, while it runs, or when it is over.
    if (!services_.stop->Sleep(chance.About(kCancelPause))) return;
    CancelTurn(turn, &chance);
  }
}

void Play::CancelTurn(size_t turn, Chance* chance) {
  while (!scene_->deleted()) {
    const auto answer = scene_->answer(turn);
    const Cancel cancel =
        services_.calls->CancelRun(services_.calls->AnyNode(chance),
                                   answer->answered_conversation, answer->run);
    const bool again =
        cancel.outcome.code == absl::StatusCode::kUnavailable ||
        cancel.outcome.code == absl::StatusCode::kDeadlineExceeded;
    if (!again || !services_.stop->Sleep(chance->About(kTurnPause))) return;
  }
}

void Play::LookNowAndThen(uint64_t seed) {
  Chance chance(seed, 3);
  if (!scene_->AwaitAnswer(0).has_value()) return;
  while (!scene_->AllEnded() && !scene_->deleted()) {
    const int turn = chance.Below(static_cast<int>(scene_->turns()));
    const auto answer = scene_->answer(static_cast<size_t>(turn));
    const int node = services_.calls->AnyNode(&chance);
    if (answer.has_value() && chance.Hits(0.5)) {
      const RunLook look =
          services_.calls->LookAtRun(node, answer->answered_conversation,
                                     answer->run, /*final_look=*/false);
      // Also of a run whose readers have given up.
      if (look.outcome.ok() && IsEnded(look.run.state)) {
        scene_->Ended(answer->run);
      }
    } else {
      services_.calls->LookAt(node, scene_->conversation(),
                              /*final_look=*/false);
    }
    if (!services_.stop->Sleep(chance.About(kLookPause))) return;
  }
}

}  // namespace agent::chaos
