// How an asynchronous result is handed over, and how blocking code awaits one.
#ifndef AGENT_LIB_BASE_CALLBACK_H_
#define AGENT_LIB_BASE_CALLBACK_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "lib/base/mutex.h"

namespace agent {

// Called exactly once, from whatever thread finished the work; must not block.
template <typename T>
using Callback = absl::AnyInvocable<void(absl::StatusOr<T>) &&>;
using StatusCallback = absl::AnyInvocable<void(absl::Status) &&>;

namespace internal {
template <typename Result>
class Awaited {
 public:
  void Set(Result result) {
    MutexLock lock(&mu_);
    result_.emplace(std::move(result));
    changed_.NotifyAll();
  }
  Result Take() {
    MutexLock lock(&mu_);
    while (!result_.has_value()) changed_.Wait(&mu_);
    return *std::move(result_);
  }

 private:
  Mutex mu_;
  CondVar changed_;
  std::optional<Result> result_ ABSL_GUARDED_BY(mu_);
};
}  // namespace internal

// Blocks until `start`, which is given a Callback<T>, has called it. Bounded by
// the deadline that every asynchronous operation of ours has of its own. Never
// on a thread that runs callbacks.
//
//   absl::StatusOr<Run> run = Await<Run>([&](Callback<Run> done) {
//     store->GetRun(key, std::move(done));
//   });
template <typename T, typename Start>
absl::StatusOr<T> Await(Start&& start) {
  auto awaited = std::make_shared<internal::Awaited<absl::StatusOr<T>>>();
  std::forward<Start>(start)(Callback<T>([awaited](absl::StatusOr<T> result) {
    awaited->Set(std::move(result));
  }));
  return awaited->Take();
}

template <typename Start>
absl::Status AwaitStatus(Start&& start) {
  auto awaited = std::make_shared<internal::Awaited<absl::Status>>();
  std::forward<Start>(start)(StatusCallback(
      [awaited](absl::Status status) { awaited->Set(std::move(status)); }));
  return awaited->Take();
}

}  // namespace agent

#endif  // AGENT_LIB_BASE_CALLBACK_H_
