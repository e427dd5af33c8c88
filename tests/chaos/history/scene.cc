#include "tests/chaos/history/scene.h"

#include <algorithm>
#include <utility>

namespace agent::chaos {
namespace {

constexpr absl::Duration kRetryPause = absl::Milliseconds(60);
constexpr absl::Duration kLook = absl::Milliseconds(20);
// One that the service refuses is told by the checker; it is not asked for
// ever.
constexpr int kTriesMax = 2000;

bool MayRepeat(const Outcome& outcome) {
  return outcome.code == absl::StatusCode::kUnavailable ||
         outcome.code == absl::StatusCode::kDeadlineExceeded ||
         outcome.code == absl::StatusCode::kAborted ||
         outcome.code == absl::StatusCode::kResourceExhausted ||
         outcome.code == absl::StatusCode::kCancelled;
}

}  // namespace

Scene::Scene(std::string name, std::vector<Request> turns, const Calls* calls,
             RunBook* book, StopFlag* stop)
    : name_(std::move(name)),
      turns_(turns.size()),
      calls_(*calls),
      book_(*book),
      stop_(*stop),
      requests_(std::move(turns)),
      answers_(requests_.size()),
      conversation_(requests_.front().conversation) {}

bool Scene::TrySubmit(size_t turn, Chance* chance) {
  Request request;
  {
    MutexLock lock(&mu_);
    request = requests_[turn];
    // As a client does that was told its conversation's name.
    if (turn > 0) request.conversation = conversation_;
  }
  for (int i = 0; i < kTriesMax; ++i) {
    const Submit submit = calls_.RunAgent(calls_.AnyNode(chance), request);
    if (submit.outcome.ok()) {
      book_.Accepted(submit.run);
      MutexLock lock(&mu_);
      answers_[turn] = submit;
      conversation_ = submit.answered_conversation;
      return true;
    }
    const bool again =
        MayRepeat(submit.outcome) && stop_.Sleep(chance->About(kRetryPause));
    if (!again) return false;
  }
  return false;
}

bool Scene::SubmitTurn(size_t turn, Chance* chance) {
  return !deleted() && TrySubmit(turn, chance);
}

void Scene::RepeatTurn(size_t turn, Chance* chance) {
  MutexLock again(&again_mu_);
  if (!deleted()) TrySubmit(turn, chance);
}

void Scene::SubmitAgain(Chance* chance) {
  MutexLock again(&again_mu_);
  for (size_t turn = 0; turn < turns(); ++turn) {
    if (deleted() || !answer(turn).has_value()) return;
    if (!TrySubmit(turn, chance)) return;
  }
}

void Scene::Delete(Chance* chance) {
  MutexLock again(&again_mu_);
  {
    MutexLock lock(&mu_);
    deleted_ = true;
  }
  for (int i = 0; i < kTriesMax; ++i) {
    const agent::chaos::Delete deletion =
        calls_.DeleteConversation(calls_.AnyNode(chance), conversation());
    if (!MayRepeat(deletion.outcome)) break;
    if (!stop_.Sleep(chance->About(kRetryPause))) break;
  }
  for (size_t turn = 0; turn < turns(); ++turn) {
    if (const auto run = answer(turn)) book_.Ended(run->run);
  }
}

std::string Scene::conversation() const {
  MutexLock lock(&mu_);
  return conversation_;
}

std::optional<Submit> Scene::answer(size_t turn) const {
  MutexLock lock(&mu_);
  return answers_[turn];
}

std::optional<Submit> Scene::AwaitAnswer(size_t turn) const {
  while (!deleted()) {
    if (auto answered = answer(turn)) return answered;
    if (!stop_.Sleep(kLook)) break;
  }
  return std::nullopt;
}

bool Scene::AwaitEnd(size_t turn) const {
  while (!deleted()) {
    bool ended = true;
    for (size_t i = 0; i <= turn; ++i) {
      const auto run = answer(i);
      ended = ended && run.has_value() && book_.HasEnded(run->run);
    }
    if (ended) return true;
    if (!stop_.Sleep(kLook)) break;
  }
  return false;
}

bool Scene::AllEnded() const {
  if (deleted()) return true;
  for (size_t turn = 0; turn < turns(); ++turn) {
    const auto run = answer(turn);
    if (!run.has_value() || !book_.HasEnded(run->run)) return false;
  }
  return true;
}

bool Scene::deleted() const {
  MutexLock lock(&mu_);
  return deleted_;
}

}  // namespace agent::chaos
