// An agent of one's own: says back what it was told, word by word.
#ifndef AGENT_EXAMPLES_ECHO_AGENT_H_
#define AGENT_EXAMPLES_ECHO_AGENT_H_

#include <string>

#include "absl/status/status.h"
#include "lib/agent/agent.h"

namespace agent {

// Thread-safe: without state. It makes no steps, so a new attempt begins anew.
class EchoAgent final : public Agent {
 public:
  std::string name() const override { return "Echo"; }
  std::string description() const override {
    return "Says back what it was told";
  }
  absl::Status Run(RunContext& context) override;
};

}  // namespace agent

#endif  // AGENT_EXAMPLES_ECHO_AGENT_H_
