#include "tests/redis/torn_world.h"

#include <algorithm>
#include <utility>

#include "lib/redis/key_schema.h"

namespace agent::testing {
namespace {

constexpr int64_t kStartMs = 1700000000000;
// Bounds Drain: no scenario needs more.
constexpr int kMaxLooks = 60;

bool IsClock(const AofUnit& unit) {
  return unit.writes.size() == 1 && unit.writes[0].size() > 1 &&
         unit.writes[0][1] == "test-now";
}

const WorkHint& Work1() {
  static const WorkHint kWork = {kAgent, kConversation};
  return kWork;
}

}  // namespace

RedisServerOptions TornServer() {
  return {.append_only = true,
          .config = {"appendfsync no", "aof-use-rdb-preamble no",
                     "auto-aof-rewrite-percentage 0"}};
}

std::string AofPath(const RedisServer& server) {
  return server.dir() + "/appendonlydir/appendonly.aof.1.incr.aof";
}

TornWorld::TornWorld(RedisServer* server, Scripts::Transform transform)
    : server_(server),
      transform_(std::move(transform)),
      file_(AofPath(*server)) {
  Reconnect();
  Clear();
}

void TornWorld::Reconnect() {
  store_.reset();
  store_ =
      std::make_unique<StoreParts>(server_->address(), RunLimits(), transform_);
  owners_.clear();
}

void TornWorld::Clear() {
  now_ms_ = kStartMs;
  tokens_ = 0;
  Become({});
}

void TornWorld::SetNow(int64_t ms) {
  now_ms_ = ms;
  Advance(absl::ZeroDuration());
}

void TornWorld::Advance(absl::Duration by) {
  now_ms_ += absl::ToInt64Milliseconds(by);
  server_->Command({"SET", "test-now", std::to_string(now_ms_)});
}

std::vector<AofUnit> TornWorld::TakeUnits() {
  Write({"PING"});  // behind what was not awaited
  auto units = file_.ReadOn();
  std::erase_if(units, IsClock);
  return units;
}

void TornWorld::Become(const std::vector<Writes>& parts) {
  server_->Command({"FLUSHDB"});
  Advance(absl::ZeroDuration());
  for (const Writes& writes : parts) {
    for (const RedisCommand& write : writes) {
      store_->client().Send(write, [](const absl::StatusOr<Reply>&) {});
    }
  }
  Write({"PING"});
  file_.SkipToEnd();
  owners_.clear();
}

void TornWorld::Write(const RedisCommand& command) {
  EXPECT_OK(Await<Reply>([&](Callback<Reply> done) {
    store_->client().Send(command, std::move(done));
  }));
}

absl::StatusOr<Admission> TornWorld::Admit(const std::string& run_id) {
  Advance(absl::Milliseconds(1));
  AdmitRequest request;
  request.conversation = {"", kConversation};
  request.agent = kAgent;
  request.run_id = run_id;
  request.request_id = "request of " + run_id;
  request.request_hash = "hash of " + run_id;
  request.message = "message of " + run_id;
  return Await<Admission>([&](Callback<Admission> done) {
    store_->runs().Admit(std::move(request), std::move(done));
  });
}

BeginOutcome TornWorld::Begin(const std::string& token) {
  Advance(absl::Milliseconds(1));
  const auto begun = Await<BeginOutcome>([&](Callback<BeginOutcome> done) {
    store_->runs().Begin(kConversation, token, std::move(done));
  });
  EXPECT_OK(begun);
  if (!begun.ok()) return {};
  if (begun->kind == BeginOutcome::Kind::kRun) OnBegun(begun->assignment);
  return *begun;
}

bool TornWorld::Step(TornWorker* worker) {
  if (!worker->at_work()) return false;
  Advance(absl::Milliseconds(1));
  const AppendRequest& request = worker->Next();
  const auto outcome = Await<AppendOutcome>([&](Callback<AppendOutcome> done) {
    store_->runs().Append(request, std::move(done));
  });
  EXPECT_OK(outcome);
  if (!outcome.ok()) return false;
  if (outcome->kind == AppendOutcome::Kind::kOk) OnStored(request);
  worker->OnAnswer(*outcome);
  return true;
}

void TornWorld::OnBegun(const RunAssignment& run) {
  owners_[run.run_id] = run.token;
}

void TornWorld::OnStored(const AppendRequest& request) {
  std::string& owner = owners_[request.run_id];
  if (owner.empty()) owner = request.token;
  EXPECT_EQ(owner, request.token) << "two write " << request.run_id;
}

void TornWorld::Work(TornWorker* worker, int appends) {
  for (int i = 0; i < appends && Step(worker); ++i) {
  }
}

std::vector<WorkHint> TornWorld::TakeDue() {
  const auto due =
      Await<std::vector<WorkHint>>([&](Callback<std::vector<WorkHint>> done) {
        store_->work().TakeDue(kAgent, std::move(done));
      });
  EXPECT_OK(due);
  return due.ok() ? *due : std::vector<WorkHint>{};
}

void TornWorld::Settle() {
  EXPECT_OK(AwaitStatus([&](StatusCallback done) {
    store_->work().Settle(Work1(), std::move(done));
  }));
}

void TornWorld::LookAgain(absl::Duration delay) {
  EXPECT_OK(AwaitStatus([&](StatusCallback done) {
    store_->work().LookAgain(Work1(), delay, std::move(done));
  }));
}

void TornWorld::Rescan() {
  EXPECT_OK(Await<int>(
      [&](Callback<int> done) { store_->work().Rescan(std::move(done)); }));
}

// As the dispatcher does.
void TornWorld::LookAt() {
  const BeginOutcome begun = Begin("d" + std::to_string(tokens_++));
  switch (begun.kind) {
    case BeginOutcome::Kind::kIdle:
      return Settle();
    case BeginOutcome::Kind::kEnded:
      return LookAt();
    case BeginOutcome::Kind::kRun: {
      TornWorker worker(begun);
      Work(&worker, kWholePlan);
      return Settle();
    }
    default:
      return LookAgain(begun.retry_after);
  }
}

void TornWorld::Drain(bool restarted) {
  if (restarted) Rescan();
  for (int look = 0; look < kMaxLooks; ++look) {
    if (!TakeDue().empty()) {
      LookAt();
      continue;
    }
    const Reply next =
        server_->Command({"ZRANGE", keys::Due(kAgent), "0", "0", "WITHSCORES"});
    if (next.view().size() == 0) return;
    SetNow(std::max(now_ms_, next[1].Integer()));
  }
  ADD_FAILURE() << "there is always something due";
}

}  // namespace agent::testing
