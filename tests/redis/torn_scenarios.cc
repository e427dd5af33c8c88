#include "tests/redis/torn_scenarios.h"

namespace agent::testing {
namespace {

using Action = Scenario::Action;

// Steps of a scenario, put together by Then.
Action Nothing() {
  return [](TornWorld*, TornWorker*) {};
}
Action Admit(const std::string& run_id) {
  return [run_id](TornWorld* world, TornWorker*) {
    EXPECT_OK(world->Admit(run_id));
  };
}
Action Begin(const std::string& token) {
  return [token](TornWorld* world, TornWorker* worker) {
    *worker = TornWorker(world->Begin(token));
  };
}
Action Append(int appends) {
  return [appends](TornWorld* world, TornWorker* worker) {
    world->Work(worker, appends);
  };
}
Action Wait(absl::Duration duration) {
  return
      [duration](TornWorld* world, TornWorker*) { world->Advance(duration); };
}
Action FailAtEnd() {
  return [](TornWorld*, TornWorker* worker) { worker->FailAtEnd(); };
}
Action Heartbeat() {
  return [](TornWorld* world, TornWorker* worker) {
    AppendRequest beat = worker->Next();
    beat.chunks.clear();
    beat.step.reset();
    beat.end.reset();
    const auto outcome =
        Await<AppendOutcome>([&](Callback<AppendOutcome> done) {
          world->store().runs().Append(beat, std::move(done));
        });
    EXPECT_OK(outcome);
  };
}
Action Cancel(const std::string& run_id) {
  return [run_id](TornWorld* world, TornWorker*) {
    const auto run = Await<agent::Run>([&](Callback<agent::Run> done) {
      world->store().runs().Cancel({"", kConversation}, run_id,
                                   std::move(done));
    });
    EXPECT_OK(run);
  };
}
// A worker that has released writes no more.
Action Release(ReleaseKind kind) {
  return [kind](TornWorld* world, TornWorker* worker) {
    const RunAssignment run = worker->run();
    EXPECT_OK(AwaitStatus([&](StatusCallback done) {
      world->store().runs().Release(kConversation, run.run_id, run.attempt,
                                    run.token, kind, std::move(done));
    }));
    *worker = TornWorker();
  };
}
Action Delete() {
  return [](TornWorld* world, TornWorker*) {
    const absl::Status status = AwaitStatus([&](StatusCallback done) {
      world->store().runs().Delete({"", kConversation}, /*force=*/false,
                                   std::move(done));
    });
    EXPECT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
  };
}

Action operator+(Action first, Action second) {
  return [first, second](TornWorld* world, TornWorker* worker) {
    first(world, worker);
    second(world, worker);
  };
}

Action Exhaust() {
  Action all = Admit("r1") + Begin("t0") + Append(2) + Wait(absl::Seconds(40));
  for (const char* token : {"t1", "t2", "t3", "t4"}) {
    all = all + Begin(token) + Append(1) + Wait(absl::Seconds(40));
  }
  return all;
}

// The second attempt, the first of which left one turn standing.
Action Second() {
  return Admit("r1") + Begin("t1") + Append(4) + Wait(absl::Seconds(40)) +
         Begin("t2");
}

// A whole run, so that what follows meets a log and messages.
Action Earlier() { return Admit("r0") + Begin("t0") + Append(kWholePlan); }

}  // namespace

std::vector<Scenario> AllScenarios() {
  const Action first = Admit("r1") + Begin("t1");
  const Action two = Admit("r1") + Admit("r2") + Begin("t1");
  const Action released = first + Append(2) + Release(ReleaseKind::kHandOver);
  return {
      {"AdmitFirst", Nothing(), Admit("r1")},
      {"AdmitWhileOneRuns", first + Append(2), Admit("r2")},
      {"AdmitAfterAnEnd", Earlier(), Admit("r1")},
      {"BeginFirst", Admit("r1"), Begin("t1")},
      {"BeginAfterAnEnd", Earlier() + Admit("r1"), Begin("t1")},
      {"BeginTakesOver", first + Append(4) + Wait(absl::Seconds(40)),
       Begin("t2")},
      {"BeginAfterARelease", released, Begin("t2")},
      {"BeginExhausted", Exhaust(), Begin("t5")},
      {"BeginCancelled",
       first + Append(2) + Cancel("r1") + Wait(absl::Seconds(40)), Begin("t2")},
      {"BeginTimedOut", first + Append(2) + Wait(absl::Hours(1)), Begin("t2")},
      {"BeginQueueTimedOut", Admit("r1") + Wait(absl::Hours(25)), Begin("t1")},
      {"AppendAttempt", first, Append(1)},
      {"AppendAttemptAfterAnEnd", Earlier() + first, Append(1)},
      {"AppendChunk", first + Append(1), Append(1)},
      {"AppendChunksAndStep", first + Append(2), Append(1)},
      {"Heartbeat", first + Append(2), Heartbeat()},
      {"AppendEnd", first + Append(4), Append(1)},
      {"AppendEndWhileOneWaits", two + Append(4), Append(1)},
      {"AppendFailedEnd", first + FailAtEnd() + Append(4), Append(1)},
      {"AppendEndThatTrims",
       Earlier() + Wait(absl::Minutes(11)) + first + Append(4), Append(1)},
      {"AppendCancelledEnd", first + Append(3) + Cancel("r1") + Append(1),
       Append(1)},
      {"SecondAttempt", Second(), Append(1)},
      {"SecondAttemptChunk", Second() + Append(1), Append(1)},
      {"SecondAttemptEnd", Second() + Append(2), Append(1)},
      {"CancelRunning", first + Append(2), Cancel("r1")},
      {"CancelQueuedBehindOne", two + Append(2), Cancel("r2")},
      {"CancelQueuedAlone", Admit("r1"), Cancel("r1")},
      {"CancelQueuedAfterAnEnd", Earlier() + Admit("r1"), Cancel("r1")},
      {"ReleaseHandedOver", first + Append(2), Release(ReleaseKind::kHandOver)},
      {"ReleaseFailed", first + Append(2), Release(ReleaseKind::kFailed)},
      {"Delete", Earlier(), Delete(), /*comes_back=*/false},
  };
}

}  // namespace agent::testing
