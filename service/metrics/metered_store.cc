#include "service/metrics/metered_store.h"

#include <utility>

#include "service/metrics/metered_runs.h"

namespace agent {
namespace {

class MeteredLog final : public ResponseLog {
 public:
  MeteredLog(ResponseLog* log, ServiceMetrics* metrics)
      : log_(log), metrics_(metrics) {}

  void ReadPage(LogPageRequest request, Callback<LogPage> done) override {
    log_->ReadPage(
        std::move(request), [metrics = metrics_, done = std::move(done)](
                                absl::StatusOr<LogPage> page) mutable {
          if (page.ok()) {
            metrics->CaughtUp(static_cast<int64_t>(page->entries.size()));
          } else if (absl::IsUnavailable(page.status())) {
            metrics->StoreFailed("read", page.status());
          }
          std::move(done)(std::move(page));
        });
  }

  void ReadPositions(std::vector<std::string> conversation_ids,
                     Callback<std::vector<LogPosition>> done) override {
    log_->ReadPositions(std::move(conversation_ids), std::move(done));
  }

 private:
  ResponseLog* const log_;
  ServiceMetrics* const metrics_;
};

class Metered final : public RedisStore {
 public:
  Metered(std::unique_ptr<RedisStore> store, ServiceMetrics* metrics,
          ActiveAttempts* attempts)
      : runs_(&store->runs(), metrics, attempts),
        log_(&store->log(), metrics),
        store_(std::move(store)) {}

  RunStore& runs() override { return runs_; }
  WorkQueue& work() override { return store_->work(); }
  AgentDirectory& agents() override { return store_->agents(); }
  ResponseLog& log() override { return log_; }
  WakeSource& wakes() override { return store_->wakes(); }
  absl::Status Health() const override { return store_->Health(); }
  void OnRestart(absl::AnyInvocable<void()> function) override {
    store_->OnRestart(std::move(function));
  }
  void Stats(std::vector<std::string> agents,
             Callback<StoreStats> done) override {
    store_->Stats(std::move(agents), std::move(done));
  }

 private:
  MeteredRuns runs_;
  MeteredLog log_;
  // Last, so that it goes first: it answers what is pending through the others.
  const std::unique_ptr<RedisStore> store_;
};

}  // namespace

std::unique_ptr<RedisStore> MeteredStore(std::unique_ptr<RedisStore> store,
                                         ServiceMetrics* metrics,
                                         ActiveAttempts* attempts) {
  return std::make_unique<Metered>(std::move(store), metrics, attempts);
}

}  // namespace agent
