#include "tests/chaos/node/flawed_store.h"

#include <utility>

#include "lib/base/status_macros.h"
#include "tests/chaos/node/hints_only_queue.h"

namespace agent {

// Made by FlawedScripts.cmake.
extern const char kLua_append_no_token[];
extern const char kLua_append_record_first[];
extern const char kLua_release_no_token[];

namespace chaos {
namespace {

Scripts::Transform TransformOf(Flaw flaw) {
  if (flaw == Flaw::kRecordFirst) {
    return [](std::string_view name, std::string source) {
      return name == "append" ? kLua_append_record_first : std::move(source);
    };
  }
  if (flaw == Flaw::kNoToken) {
    return [](std::string_view name, std::string source) {
      if (name == "append") return std::string(kLua_append_no_token);
      if (name == "release") return std::string(kLua_release_no_token);
      return source;
    };
  }
  return nullptr;
}

class StoreWithoutSweeper final : public RedisStore {
 public:
  explicit StoreWithoutSweeper(std::unique_ptr<RedisStore> store)
      : store_(std::move(store)), work_(&store_->work()) {}

  RunStore& runs() override { return store_->runs(); }
  WorkQueue& work() override { return work_; }
  AgentDirectory& agents() override { return store_->agents(); }
  ResponseLog& log() override { return store_->log(); }
  WakeSource& wakes() override { return store_->wakes(); }
  absl::Status Health() const override { return store_->Health(); }
  void Stats(std::vector<std::string> agents,
             Callback<StoreStats> done) override {
    store_->Stats(std::move(agents), std::move(done));
  }
  void OnRestart(absl::AnyInvocable<void()> function) override {
    store_->OnRestart(std::move(function));
  }

 private:
  const std::unique_ptr<RedisStore> store_;
  HintsOnlyQueue work_;
};

}  // namespace

StoreOpener FlawedStore(Flaw flaw) {
  return [flaw](const RedisOptions& redis, const RunLimits& limits)
             -> absl::StatusOr<std::unique_ptr<RedisStore>> {
    ASSIGN_OR_RETURN(auto store,
                     RedisStore::Open(redis, limits, TransformOf(flaw)));
    if (flaw != Flaw::kNoSweeper) return store;
    return std::make_unique<StoreWithoutSweeper>(std::move(store));
  };
}

}  // namespace chaos
}  // namespace agent
