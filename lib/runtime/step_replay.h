// The finished steps of earlier attempts, given back to the agent one after
// another instead of being done again.
#ifndef AGENT_LIB_RUNTIME_STEP_REPLAY_H_
#define AGENT_LIB_RUNTIME_STEP_REPLAY_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/log/message.h"

namespace agent {

// Thread-compatible.
class StepReplay {
 public:
  explicit StepReplay(std::vector<Message> steps);

  // While this is true, what the agent says outside a step was said before.
  bool replaying() const { return next_ < steps_.size(); }

  // The next explicit step if there is one, which must be of this role and, for
  // a tool's, answer this call: else the agent does not follow its journal, and
  // the run fails with AGENT_ERROR.
  absl::StatusOr<std::optional<Message>> Next(Role role,
                                              std::string_view call_id);

  // The agent is done: an error if it left explicit steps unasked for.
  absl::Status Finish();

 private:
  void SkipImplicit();

  const std::vector<Message> steps_;
  size_t next_ = 0;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_STEP_REPLAY_H_
