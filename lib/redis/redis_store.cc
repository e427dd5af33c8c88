#include "lib/redis/redis_store.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "lib/base/error.h"
#include "lib/base/logging.h"
#include "lib/base/mutex.h"
#include "lib/base/status_macros.h"
#include "lib/base/timer_queue.h"
#include "lib/redis/abandoned_runs.h"
#include "lib/redis/append_only_rewrite.h"
#include "lib/redis/conversation_index.h"
#include "lib/redis/due_index.h"
#include "lib/redis/redis_agent_directory.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/redis_response_log.h"
#include "lib/redis/redis_run_store.h"
#include "lib/redis/redis_wake_source.h"
#include "lib/redis/redis_work_queue.h"
#include "lib/redis/server_info.h"
#include "lib/redis/store_health.h"

namespace agent {
namespace {

constexpr absl::Duration kStatsPatience = absl::Seconds(1);

RedisOptions Named(RedisOptions options, const char* purpose) {
  options.client_name += std::string("-") + purpose;
  return options;
}

RedisOptions ForEntries(const RedisOptions& options) {
  RedisOptions entries = Named(options, "entries");
  entries.max_in_flight = kMaxEntryReads;
  // Redis reads the next page while this one is made into a message.
  entries.write_at_once = true;
  return entries;
}

// Shared with the clients' events, which may come before the store is built.
struct Monitor {
  std::atomic<bool> connected = false;
  std::atomic<int64_t> connections = 0;
  std::atomic<int64_t> restarts = 0;
  std::atomic<int64_t> refused_rewrites = 0;
  Mutex mu;
  // Called with the lock held; cleared when the store goes.
  absl::AnyInvocable<void()> on_restart ABSL_GUARDED_BY(mu);
  absl::AnyInvocable<void()> listener ABSL_GUARDED_BY(mu);
};

void OnRecordsEvent(const std::shared_ptr<Monitor>& monitor,
                    const RedisConnectionEvent& event) {
  monitor->connected = event.kind == RedisConnectionEvent::Kind::kConnected;
  if (monitor->connected) ++monitor->connections;
  if (!event.restarted) return;
  ++monitor->restarts;
  LogWarning(
      "Redis run_id changed: it was restarted, is another one, or took over "
      "another's data");
  MutexLock lock(&monitor->mu);
  if (monitor->on_restart) monitor->on_restart();
}

// Readers and workers look anew at what is there now.
void OnAnotherStore(const std::shared_ptr<Monitor>& monitor) {
  MutexLock lock(&monitor->mu);
  if (monitor->on_restart) monitor->on_restart();
}

absl::Status CheckServer(RedisClient* client, absl::Duration timeout) {
  const auto info = Await<Reply>([&](Callback<Reply> done) {
    client->SendWithTimeout({"INFO"}, timeout, std::move(done));
  });
  RETURN_IF_ERROR(info.status());
  RETURN_IF_ERROR(CheckUsable(ServerInfo(info->view().Text())));
  // A write that changes nothing: is it allowed?
  const auto probe = Await<Reply>([&](Callback<Reply> done) {
    client->SendWithTimeout({"DEL", "agent-probe"}, timeout, std::move(done));
  });
  if (absl::IsInternal(probe.status())) {
    return absl::FailedPreconditionError(
        "Redis cannot be used: its user is not allowed to write");
  }
  return probe.status();
}

class RedisStoreImpl final : public RedisStore {
 public:
  RedisStoreImpl(const RedisOptions& redis, const RunLimits& limits,
                 const Scripts::Transform& transform,
                 std::shared_ptr<Monitor> monitor,
                 std::unique_ptr<RedisClient> records)
      : scripts_(transform),
        monitor_(std::move(monitor)),
        records_(std::move(records)),
        pages_(RedisClient::Start(Named(redis, "pages"), nullptr)),
        entries_(RedisClient::Start(ForEntries(redis), nullptr)),
        blocking_(RedisClient::Start(Named(redis, "blocking"), nullptr)),
        due_(records_.get(), &scripts_, limits.lease),
        conversations_(records_.get(), &scripts_),
        context_{records_.get(), &scripts_, &due_, &conversations_, limits},
        runs_(context_),
        work_(context_, blocking_.get()),
        agents_(context_),
        log_(context_, pages_.get(), entries_.get(), redis.command_timeout),
        wakes_(Named(redis, "wakes")),
        health_(std::make_shared<StoreHealth>(
            records_.get(), [monitor = monitor_] { OnAnotherStore(monitor); })),
        abandoned_(AbandonedRuns::Create(context_, &runs_, &work_)) {
    {
      MutexLock lock(&monitor_->mu);
      monitor_->on_restart = [this] { OnRestarted(); };
    }
    Rewrite();
    abandoned_->Start(timers_.get());
  }

  // The clients answer what is pending, on the parts below them, as they go;
  // entries ask for pages, and pages ask records for looks, so records goes
  // last.
  ~RedisStoreImpl() override {
    {
      MutexLock lock(&monitor_->mu);
      monitor_->on_restart = nullptr;
      monitor_->listener = nullptr;
    }
    timers_.reset();
    wakes_.SetListener(nullptr);
    blocking_.reset();
    entries_.reset();
    pages_.reset();
    records_.reset();
  }

  RunStore& runs() override { return runs_; }
  WorkQueue& work() override { return work_; }
  AgentDirectory& agents() override { return agents_; }
  ResponseLog& log() override { return log_; }
  WakeSource& wakes() override { return wakes_; }

  absl::Status Health() const override {
    if (monitor_->connected) return health_->Ask();
    return StoreUnavailable("the store cannot be reached");
  }

  void OnRestart(absl::AnyInvocable<void()> function) override {
    MutexLock lock(&monitor_->mu);
    monitor_->listener = std::move(function);
  }

  void Stats(std::vector<std::string> agents,
             Callback<StoreStats> done) override {
    StoreStats stats;
    stats.reconnects = std::max<int64_t>(0, monitor_->connections - 1);
    stats.restarts = monitor_->restarts;
    stats.refused_rewrites = monitor_->refused_rewrites;
    ReadQueueDepths(records_.get(), agents, kStatsPatience,
                    [stats = std::move(stats), done = std::move(done)](
                        absl::StatusOr<std::vector<QueueDepth>> told) mutable {
                      if (told.ok()) stats.queues = *std::move(told);
                      std::move(done)(std::move(stats));
                    });
  }

 private:
  void Rewrite() {
    RewriteAppendOnlyFile(
        records_.get(), [monitor = monitor_] { ++monitor->refused_rewrites; });
  }

  // On the records client's thread, under the monitor's lock.
  void OnRestarted() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Rewrite();
    wakes_.Reset();
    if (monitor_->listener) monitor_->listener();
  }

  const Scripts scripts_;
  const std::shared_ptr<Monitor> monitor_;
  std::unique_ptr<RedisClient> records_;
  std::unique_ptr<RedisClient> pages_;
  std::unique_ptr<RedisClient> entries_;
  std::unique_ptr<RedisClient> blocking_;
  DueIndex due_;
  ConversationIndex conversations_;
  const StoreContext context_;
  RedisRunStore runs_;
  RedisWorkQueue work_;
  RedisAgentDirectory agents_;
  RedisResponseLog log_;
  RedisWakeSource wakes_;
  const std::shared_ptr<StoreHealth> health_;
  const std::shared_ptr<AbandonedRuns> abandoned_;
  std::unique_ptr<TimerQueue> timers_ = std::make_unique<TimerQueue>();
};

}  // namespace

absl::StatusOr<std::unique_ptr<RedisStore>> RedisStore::Open(
    const RedisOptions& redis, const RunLimits& limits,
    const Scripts::Transform& transform) {
  auto monitor = std::make_shared<Monitor>();
  auto records = RedisClient::Start(
      Named(redis, "records"), [monitor](const RedisConnectionEvent& event) {
        OnRecordsEvent(monitor, event);
      });
  RETURN_IF_ERROR(CheckServer(records.get(), redis.connect_timeout));
  return std::make_unique<RedisStoreImpl>(
      redis, limits, transform, std::move(monitor), std::move(records));
}

}  // namespace agent
