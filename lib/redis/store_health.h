// Whether the store can do its work, as Redis itself says when it is asked now
// and then.
#ifndef AGENT_LIB_REDIS_STORE_HEALTH_H_
#define AGENT_LIB_REDIS_STORE_HEALTH_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "lib/base/mutex.h"
#include "lib/redis/redis_client.h"

namespace agent {

// What a start refuses is no better later: a Redis that came to evict, or to be
// read-only. And a store whose name (`agent-store`, given by whoever came
// first) is not the one it had was emptied, or is another database.
//
// Thread-safe; never blocks.
class StoreHealth : public std::enable_shared_from_this<StoreHealth> {
 public:
  // `client` must outlive it and its callbacks. `on_changed` is called on the
  // client's thread, once for each time that the store was found another.
  StoreHealth(RedisClient* client, absl::AnyInvocable<void()> on_changed)
      : client_(client), on_changed_(std::move(on_changed)) {}

  // What Redis last said, OK before it has; and asks anew. UNAVAILABLE: it did
  // not answer, or has just been found another; FAILED_PRECONDITION: as
  // CheckUsable says.
  absl::Status Ask();

 private:
  void AskName();
  void OnName(std::string name);
  void Set(absl::Status status);

  RedisClient* const client_;
  // The client's thread's.
  absl::AnyInvocable<void()> on_changed_;
  std::string name_;  // "" before it is known
  Mutex mu_;
  bool asking_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_STORE_HEALTH_H_
