// How workers find conversations that need them. `agent-wake` is a hint that
// may be lost; `agent-due` is the truth about who is forgotten.
#ifndef AGENT_LIB_LOG_WORK_QUEUE_H_
#define AGENT_LIB_LOG_WORK_QUEUE_H_

#include <string>
#include <vector>

#include "lib/base/callback.h"

namespace agent {

struct AgentInfo {
  std::string name;  // as written; matched without regard to case
  std::string description;
  std::vector<std::string> tools;
  int workers = 0;  // that offer it now; filled by List
};

// A conversation that may have work for an agent.
struct WorkHint {
  std::string agent;  // lower case
  std::string conversation_id;
};

// Thread-safe; never blocks; callbacks on the store's thread.
class WorkQueue {
 public:
  virtual ~WorkQueue() = default;

  // Waits up to `timeout` for a hint; empty when none came. On a connection of
  // its own. One call at a time.
  virtual void AwaitHint(std::vector<std::string> agents,
                         absl::Duration timeout,
                         Callback<std::vector<WorkHint>> done) = 0;

  // Takes what is due (100 at most), pushing each on by a lease, so that one
  // worker looks at it.
  virtual void TakeDue(std::string agent,
                       Callback<std::vector<WorkHint>> done) = 0;

  // After an end or IDLE: work left -> due now and a hint; none -> forget it,
  // unless someone else has meanwhile asked for a look (`agent-due` race).
  virtual void Settle(WorkHint work, StatusCallback done) = 0;

  // Due after `delay`; zero: now, with a hint too.
  virtual void LookAgain(WorkHint work, absl::Duration delay,
                         StatusCallback done) = 0;

  // Walks all records: a mailbox that is not empty or an active run is made due
  // (never later than it already is). At start, hourly, and when the store was
  // restarted. Calls back with how many it put back.
  virtual void Rescan(Callback<int> done) = 0;
};

// Which agents exist and who offers them.
class AgentDirectory {
 public:
  virtual ~AgentDirectory() = default;

  // Makes the agents known, and this worker seen now.
  virtual void Announce(std::string worker_id, std::vector<AgentInfo> agents,
                        StatusCallback done) = 0;
  // No longer offered by this worker; they stay known.
  virtual void Withdraw(std::string worker_id, std::vector<std::string> agents,
                        StatusCallback done) = 0;
  // All known agents; `workers` counts those seen within a lease.
  virtual void List(Callback<std::vector<AgentInfo>> done) = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_WORK_QUEUE_H_
