#include "tests/redis/torn_scenarios.h"

#include <string>

#include "lib/redis/key_schema.h"
#include "tests/redis/torn_check.h"

namespace agent::testing {
namespace {

using namespace actions;  // NOLINT: scenarios read like sentences

using Action = TornAction;

constexpr absl::Duration kLapse = absl::Seconds(40);
constexpr int kManyRuns = 1000;

Action Exhaust() {
  Action all = Admit("r1") + Begin("t0") + Append(2) + Wait(kLapse);
  for (const char* token : {"t1", "t2", "t3", "t4"}) {
    all = all + Begin(token) + Append(1) + Wait(kLapse);
  }
  return all;
}

// The second attempt, the first of which left one turn standing.
Action Second() {
  return Admit("r1") + Begin("t1") + Append(4) + Wait(kLapse) + Begin("t2");
}

// A whole run, so that what follows meets a log and messages.
Action Earlier() { return Admit("r0") + Begin("t0") + Append(kWholePlan); }

// As many runs that ended as the record keeps, as cheaply as they can be had.
Action ManyRuns() {
  RedisCommand ids = {"RPUSH", keys::OfConversation(kConversation)[3]};
  RedisCommand states = {"HSET", keys::Record(kConversation)};
  for (int i = 0; i < kManyRuns; ++i) {
    ids.push_back(kFillerPrefix + std::to_string(i));
    states.push_back("state:" + ids.back());
    states.emplace_back("completed");
  }
  return Write(ids) + Write(states);
}

// As a worker leaves it that met the entry of a torn ADMIT, the rest of which
// then came back.
Action LoseMailbox() { return Write({"DEL", keys::Mailbox(kConversation)}); }

void AddAdmissions(std::vector<Scenario>* all) {
  const Action first = Admit("r1") + Begin("t1");
  all->push_back({"AdmitFirst", Nothing(), Admit("r1")});
  all->push_back({"AdmitWhileOneRuns", first + Append(2), Admit("r2")});
  all->push_back({"AdmitAfterAnEnd", Earlier(), Admit("r1")});
  all->push_back(
      {"AdmitAgainWhatIsInNoQueue", Admit("r1") + LoseMailbox(), Admit("r1")});
}

void AddBegins(std::vector<Scenario>* all) {
  const Action first = Admit("r1") + Begin("t1");
  const Action released = first + Append(2) + Release(ReleaseKind::kHandOver);
  const Action torn = Write({"RPUSH", keys::Mailbox(kConversation), "r9"});
  all->push_back({"BeginFirst", Admit("r1"), Begin("t1")});
  all->push_back({"BeginAfterAnEnd", Earlier() + Admit("r1"), Begin("t1")});
  all->push_back(
      {"BeginTakesOver", first + Append(4) + Wait(kLapse), Begin("t2")});
  all->push_back({"BeginAfterARelease", released, Begin("t2")});
  all->push_back({"BeginExhausted", Exhaust(), Begin("t5")});
  all->push_back({"BeginCancelled",
                  first + Append(2) + Cancel("r1") + Wait(kLapse),
                  Begin("t2")});
  all->push_back(
      {"BeginTimedOut", first + Append(2) + Wait(absl::Hours(1)), Begin("t2")});
  all->push_back(
      {"BeginQueueTimedOut", Admit("r1") + Wait(absl::Hours(25)), Begin("t1")});
  all->push_back({"BeginFindsWhatIsInNoQueue",
                  Admit("r1") + Admit("r2") + LoseMailbox(), Begin("t1")});
  all->push_back({"BeginDropsATornAdmission", torn + Admit("r1"), Begin("t1")});
  all->push_back(
      {"BeginDropsATornAdmissionAlone", Earlier() + torn, Begin("t1")});
  all->push_back(
      {"JudgeEndsAQueuedRun", Admit("r1") + Wait(absl::Hours(25)), Judge()});
  all->push_back(
      {"JudgeEndsARun", first + Append(2) + Wait(absl::Hours(1)), Judge()});
}

void AddAppends(std::vector<Scenario>* all) {
  const Action first = Admit("r1") + Begin("t1");
  const Action two = Admit("r1") + Admit("r2") + Begin("t1");
  all->push_back({"AppendAttempt", first, Append(1)});
  all->push_back({"AppendAttemptAfterAnEnd", Earlier() + first, Append(1)});
  all->push_back({"AppendChunk", first + Append(1), Append(1)});
  all->push_back({"AppendChunksAndStep", first + Append(2), Append(1)});
  all->push_back(
      {"Heartbeat", first + Append(2) + Wait(absl::Seconds(5)), Heartbeat()});
  all->push_back({"AppendEnd", first + Append(4), Append(1)});
  all->push_back({"AppendEndWhileOneWaits", two + Append(4), Append(1)});
  all->push_back(
      {"AppendFailedEnd", first + FailAtEnd(0) + Append(4), Append(1)});
  all->push_back(
      {"AppendExhaustedEnd", first + FailAtEnd(5) + Append(4), Append(1)});
  all->push_back({"AppendEndThatTrims",
                  Earlier() + Wait(absl::Minutes(11)) + first + Append(4),
                  Append(1)});
  all->push_back({"AppendEndThatForgets",
                  Earlier() + ManyRuns() + first + Append(4), Append(1)});
  all->push_back({"AppendCancelledEnd",
                  first + Append(3) + Cancel("r1") + Append(1), Append(1)});
  all->push_back({"SecondAttempt", Second(), Append(1)});
  all->push_back({"SecondAttemptChunk", Second() + Append(1), Append(1)});
  all->push_back({"SecondAttemptEnd", Second() + Append(2), Append(1)});
}

void AddOthers(std::vector<Scenario>* all) {
  const Action first = Admit("r1") + Begin("t1");
  const Action two = Admit("r1") + Admit("r2") + Begin("t1");
  all->push_back({"CancelRunning", first + Append(2), Cancel("r1")});
  all->push_back({"CancelQueuedBehindOne", two + Append(2), Cancel("r2")});
  all->push_back({"CancelQueuedAlone", Admit("r1"), Cancel("r1")});
  all->push_back(
      {"CancelQueuedAfterAnEnd", Earlier() + Admit("r1"), Cancel("r1")});
  all->push_back({"ReleaseHandedOver", first + Append(2),
                  Release(ReleaseKind::kHandOver)});
  all->push_back(
      {"ReleaseFailed", first + Append(2), Release(ReleaseKind::kFailed)});
  all->push_back(
      {"Delete", Earlier(), Delete(/*force=*/false), /*deletes=*/true});
  all->push_back({"DeleteWhileOneRuns", Earlier() + two + Append(3),
                  Delete(/*force=*/true), /*deletes=*/true});
}

void AddIndexes(std::vector<Scenario>* all) {
  const Action two = Admit("r1") + Admit("r2") + Begin("t1");
  const Action ended = Admit("r1") + Wait(absl::Seconds(2)) + TakeDue() +
                       Begin("t1") + Append(kWholePlan);
  all->push_back({"TakeDue", Admit("r1") + Wait(absl::Seconds(2)), TakeDue()});
  all->push_back({"SettleAfterAnEnd", ended, Settle()});
  all->push_back({"SettleWhileOneWaits", two + Append(kWholePlan), Settle()});
  all->push_back({"LookAgainLater",
                  Admit("r1") + Wait(absl::Seconds(2)) + TakeDue(),
                  LookAgain(absl::Seconds(3))});
  all->push_back(
      {"LookAgainNow", two + Append(2), LookAgain(absl::ZeroDuration())});
  all->push_back({"RescanFindsWhatIsInNoQueue",
                  Admit("r1") + Admit("r2") + LoseMailbox() +
                      Write({"DEL", keys::Due(kAgent)}),
                  Rescan()});
  all->push_back({"RescanFindsARunThatIsInNoIndex",
                  two + Append(2) + Write({"DEL", keys::Due(kAgent)}),
                  Rescan()});
  all->push_back({"RescanLetsEverythingAge",
                  Earlier() + Write({"PERSIST", keys::Log(kConversation)}) +
                      Write({"PERSIST", keys::Record(kConversation)}) +
                      Write({"PERSIST", keys::Messages(kConversation)}),
                  Rescan()});
}

}  // namespace

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  AddAdmissions(&all);
  AddBegins(&all);
  AddAppends(&all);
  AddOthers(&all);
  AddIndexes(&all);
  return all;
}

}  // namespace agent::testing
