// Calls of the service at any of its nodes, each written down as it ended.
#ifndef AGENT_TESTS_CHAOS_HISTORY_CALLS_H_
#define AGENT_TESTS_CHAOS_HISTORY_CALLS_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/v1/agent_service.grpc.pb.h"
#include "tests/chaos/history/chance.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/history/history.h"

namespace agent::chaos {

// One message to an agent, as it is sent and, if need be, sent again.
struct Request {
  std::string request_id;
  std::string conversation;  // empty: a new one
  std::string agent;
  std::string message;
};

// Thread-safe.
class Calls {
 public:
  // `history` must outlive it.
  Calls(const std::vector<std::string>& addresses, absl::Duration timeout,
        History* history);

  int nodes() const { return static_cast<int>(channels_.size()); }
  int AnyNode(Chance* chance) const { return chance->Below(nodes()); }
  v1::AgentService::Stub& stub(int node) const {
    return *stubs_[static_cast<size_t>(node)];
  }
  const std::shared_ptr<grpc::Channel>& channel(int node) const {
    return channels_[static_cast<size_t>(node)];
  }
  History& history() const { return *history_; }

  // One try each, of no more than the timeout.
  Submit RunAgent(int node, const Request& request) const;
  Cancel CancelRun(int node, const std::string& conversation,
                   const std::string& run) const;
  Delete DeleteConversation(int node, const std::string& conversation) const;
  RunLook LookAtRun(int node, const std::string& conversation,
                    const std::string& run, bool final_look) const;
  ConversationLook LookAt(int node, const std::string& conversation,
                          bool final_look) const;

 private:
  std::vector<std::string> ListRuns(int node, const std::string& conversation,
                                    Outcome* outcome) const;

  const absl::Duration timeout_;
  History* const history_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<v1::AgentService::Stub>> stubs_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_CALLS_H_
