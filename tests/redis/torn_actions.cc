#include "tests/redis/torn_actions.h"

#include <utility>

namespace agent::testing {

TornAction operator+(TornAction first, TornAction second) {
  return [first = std::move(first), second = std::move(second)](
             TornWorld* world, TornWorker* worker) {
    first(world, worker);
    second(world, worker);
  };
}

namespace actions {

TornAction Nothing() {
  return [](TornWorld*, TornWorker*) {};
}

TornAction Wait(absl::Duration duration) {
  return
      [duration](TornWorld* world, TornWorker*) { world->Advance(duration); };
}

TornAction Admit(const std::string& run_id) {
  return [run_id](TornWorld* world, TornWorker*) {
    EXPECT_OK(world->Admit(run_id));
  };
}

TornAction Cancel(const std::string& run_id) {
  return [run_id](TornWorld* world, TornWorker*) {
    const auto run = Await<agent::Run>([&](Callback<agent::Run> done) {
      world->store().runs().Cancel({"", kConversation}, run_id,
                                   std::move(done));
    });
    // Its admission may be what was lost.
    EXPECT_TRUE(run.ok() || absl::IsNotFound(run.status())) << run.status();
  };
}

TornAction Delete(bool force) {
  return [force](TornWorld* world, TornWorker*) {
    const absl::Status status = AwaitStatus([&](StatusCallback done) {
      world->store().runs().Delete({"", kConversation}, force, std::move(done));
    });
    EXPECT_TRUE(status.ok() || absl::IsNotFound(status)) << status;
  };
}

TornAction Begin(const std::string& token) {
  return [token](TornWorld* world, TornWorker* worker) {
    *worker = TornWorker(world->Begin(token));
  };
}

TornAction Append(int appends) {
  return [appends](TornWorld* world, TornWorker* worker) {
    world->Work(worker, appends);
  };
}

TornAction Heartbeat() {
  return [](TornWorld* world, TornWorker* worker) {
    if (!worker->at_work()) return;
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

TornAction FailAtEnd(int exhausted_after) {
  return [exhausted_after](TornWorld*, TornWorker* worker) {
    worker->FailAtEnd(exhausted_after);
  };
}

TornAction Release(ReleaseKind kind) {
  return [kind](TornWorld* world, TornWorker* worker) {
    const RunAssignment run = worker->run();
    EXPECT_OK(AwaitStatus([&](StatusCallback done) {
      world->store().runs().Release(kConversation, run.run_id, run.attempt,
                                    run.token, kind, std::move(done));
    }));
    *worker = TornWorker();
  };
}

TornAction TakeDue() {
  return [](TornWorld* world, TornWorker*) { world->TakeDue(); };
}

TornAction Settle() {
  return [](TornWorld* world, TornWorker*) { world->Settle(); };
}

TornAction LookAgain(absl::Duration delay) {
  return [delay](TornWorld* world, TornWorker*) { world->LookAgain(delay); };
}

TornAction Rescan() {
  return [](TornWorld* world, TornWorker*) { world->Rescan(); };
}

TornAction Judge() {
  return [](TornWorld* world, TornWorker*) {
    EXPECT_OK(Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
      world->store().runs().Judge(kConversation, std::move(done));
    }));
  };
}

TornAction Write(const RedisCommand& command) {
  return [command](TornWorld* world, TornWorker*) { world->Write(command); };
}

}  // namespace actions
}  // namespace agent::testing
