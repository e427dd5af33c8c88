// An agent that does what its message says, so that tests decide every chunk.
// A message is words between bars:
//
//   a|b|c     says three pieces
//   !hold     waits until the test lets it go on
//   !hang     as !hold, but does not stop when it is told to
//   !fail     fails with reason MODEL_REFUSED
//   !tool     calls the tool `look`, which answers `seen`
#ifndef AGENT_TESTS_SERVICE_SCRIPT_AGENT_H_
#define AGENT_TESTS_SERVICE_SCRIPT_AGENT_H_

#include <string>
#include <utility>
#include <vector>

#include "lib/agent/agent.h"
#include "lib/base/mutex.h"

namespace agent::testing {

class ScriptAgent final : public Agent {
 public:
  explicit ScriptAgent(std::string name = "Script") : name_(std::move(name)) {}

  std::string name() const override { return name_; }
  std::string description() const override { return "does what it is told"; }
  std::vector<std::string> tools() const override { return {"look"}; }
  absl::Status Run(RunContext& context) override;

  // Lets one `!hold` go on, now or when it comes.
  void Release();
  // How many runs wait at a `!hold` now.
  int holding() const;

 private:
  absl::Status Do(const std::string& word, RunContext& context);
  absl::Status Hold(RunContext& context);
  absl::Status Hang(RunContext& context);
  absl::Status UseTool(RunContext& context);

  const std::string name_;
  mutable Mutex mu_;
  CondVar changed_;
  int releases_ ABSL_GUARDED_BY(mu_) = 0;
  int holding_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_SERVICE_SCRIPT_AGENT_H_
