#include "tests/redis/cut_histories.h"

namespace agent::testing {
namespace {

using namespace actions;  // NOLINT: histories read like sentences

constexpr absl::Duration kLapse = absl::Seconds(40);
constexpr int kAppendsOfARun = 5;

class Writer {
 public:
  explicit Writer(std::string name) { history_.name = std::move(name); }

  Writer& Admits(const std::string& run) {
    history_.steps.push_back({0, Admit(run), run});
    return *this;
  }
  Writer& Does(int actor, TornAction action) {
    history_.steps.push_back({actor, std::move(action), ""});
    return *this;
  }
  // One APPEND a step.
  Writer& Appends(int actor, int count) {
    for (int i = 0; i < count; ++i) Does(actor, Append(1));
    return *this;
  }
  CutHistory Done() { return std::move(history_); }

 private:
  CutHistory history_;
};

CutHistory TwoRuns() {
  return Writer("TwoRuns")
      .Admits("r1")
      .Does(0, Begin("t1"))
      .Appends(0, 2)
      .Does(0, Wait(absl::Seconds(5)) + Heartbeat())
      .Appends(0, kAppendsOfARun - 2)
      .Does(0, Settle())
      .Admits("r2")
      .Does(1, Begin("t2"))
      .Appends(1, kAppendsOfARun)
      .Does(1, Settle())
      .Done();
}

// The first worker is not dead: it hangs, and wakes.
CutHistory TakenOver() {
  return Writer("TakenOver")
      .Admits("r1")
      .Does(0, Begin("t1"))
      .Appends(0, 4)
      .Does(1, Wait(kLapse) + Begin("t2"))
      .Appends(1, 2)
      .Does(2, Wait(kLapse) + Begin("t3"))
      .Appends(2, 3)
      .Done();
}

CutHistory Cancelled() {
  return Writer("Cancelled")
      .Admits("r1")
      .Admits("r2")
      .Admits("r3")
      .Does(0, Begin("t1"))
      .Appends(0, 3)
      .Does(0, Cancel("r2"))
      .Does(0, Cancel("r1"))
      .Appends(0, 2)
      .Does(1, Begin("t3"))
      .Appends(1, 2)
      .Done();
}

CutHistory HandedOverAndFailed() {
  return Writer("HandedOverAndFailed")
      .Admits("r1")
      .Does(0, Begin("t1"))
      .Appends(0, 3)
      .Does(0, Release(ReleaseKind::kHandOver))
      .Does(1, Begin("t2"))
      .Appends(1, 2)
      .Does(1, Release(ReleaseKind::kFailed))
      .Does(2, Begin("t3") + FailAtEnd(5))
      .Appends(2, 3)
      .Admits("r2")
      .Does(0, Begin("t4"))
      .Appends(0, 2)
      .Done();
}

CutHistory UsedUp() {
  Writer history("UsedUp");
  history.Admits("r1").Does(0, Begin("t0")).Appends(0, 3);
  for (const char* token : {"t1", "t2", "t3", "t4"}) {
    history.Does(1, Wait(kLapse) + Begin(token) + Append(1));
  }
  return history.Does(2, Wait(kLapse) + Begin("t5"))
      .Admits("r2")
      .Does(2, Begin("t6"))
      .Appends(2, kAppendsOfARun)
      .Done();
}

// The last step: whoever is told so has nothing more to look at.
CutHistory Deleted() {
  return Writer("Deleted")
      .Admits("r1")
      .Does(0, Begin("t1"))
      .Appends(0, kAppendsOfARun)
      .Admits("r2")
      .Does(1, Begin("t2"))
      .Appends(1, 3)
      .Does(1, Delete(/*force=*/true))
      .Done();
}

}  // namespace

std::vector<CutHistory> AllHistories() {
  return {TwoRuns(), TakenOver(), Cancelled(), HandedOverAndFailed(),
          UsedUp(),  Deleted()};
}

}  // namespace agent::testing
