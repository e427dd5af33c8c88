// What happens to a store, one step after the other: what scenarios and
// histories are made of.
#ifndef AGENT_TESTS_REDIS_TORN_ACTIONS_H_
#define AGENT_TESTS_REDIS_TORN_ACTIONS_H_

#include <functional>
#include <string>

#include "tests/redis/torn_world.h"

namespace agent::testing {

// The worker is the one who acts, or who comes to be.
using TornAction = std::function<void(TornWorld*, TornWorker*)>;

// One after the other.
TornAction operator+(TornAction first, TornAction second);

namespace actions {

TornAction Nothing();
TornAction Wait(absl::Duration duration);
TornAction Admit(const std::string& run_id);
TornAction Cancel(const std::string& run_id);
TornAction Delete(bool force);

// Of a worker.
TornAction Begin(const std::string& token);
TornAction Append(int appends);
TornAction Heartbeat();
TornAction FailAtEnd(int exhausted_after);
// It writes no more.
TornAction Release(ReleaseKind kind);

// Of whoever finds work.
TornAction TakeDue();
TornAction Settle();
TornAction LookAgain(absl::Duration delay);
TornAction Rescan();
TornAction Judge();

// What a torn script, or time, left.
TornAction Write(const RedisCommand& command);

}  // namespace actions

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_ACTIONS_H_
