#include "tests/chaos/node/original_worker.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "lib/base/logging.h"
#include "tests/chaos/node/original_context.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(20);

}  // namespace

OriginalWorker::OriginalWorker(OriginalStore* store,
                               std::vector<std::shared_ptr<Agent>> agents,
                               int threads)
    : store_(store), agents_(std::move(agents)) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

OriginalWorker::~OriginalWorker() {
  stopping_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void OriginalWorker::Work() {
  while (!stopping_) {
    const auto run = store_->Take();
    if (run.ok() && run->has_value()) {
      Execute(**run);
    } else {
      absl::SleepFor(kLook);
    }
  }
}

// Whatever fails is left to the next delivery.
void OriginalWorker::Execute(const OriginalRun& run) {
  for (const auto& agent : agents_) {
    if (!absl::EqualsIgnoreCase(agent->name(), run.agent)) continue;
    OriginalContext context(run, store_, &stopping_);
    absl::Status status = context.Begin();
    if (status.ok()) status = agent->Run(context);
    if (status.ok() || IsRunError(status)) status = context.End(status);
    if (!status.ok()) {
      LogWarning("a delivery failed",
                 {{"run_id", run.run_id}, {"status", status}});
    }
  }
}

}  // namespace agent::chaos
