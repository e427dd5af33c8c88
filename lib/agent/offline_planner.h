// A ChatModel that needs no key and no network: it calls the travel tools and
// writes a plan from what they answer and from built-in text, word by word, and
// says that its answers are canned.
#ifndef AGENT_LIB_AGENT_OFFLINE_PLANNER_H_
#define AGENT_LIB_AGENT_OFFLINE_PLANNER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/agent/chat_model.h"

namespace agent {

struct OfflinePlannerOptions {
  // The pause before each word, as people read; zero for tests.
  absl::Duration word_delay_min = absl::Milliseconds(25);
  absl::Duration word_delay_max = absl::Milliseconds(40);
};

// Thread-safe: without state. The same request always gives the same turn. Its
// usage counts words, not tokens. A response_json_schema is not followed.
class OfflinePlanner final : public ChatModel {
 public:
  explicit OfflinePlanner(OfflinePlannerOptions options) : options_(options) {}

  std::string name() const override { return "offline-planner"; }
  absl::StatusOr<ModelTurn> StreamTurn(const ModelRequest& request,
                                       RunContext& context,
                                       SayText say) override;

 private:
  absl::StatusOr<int64_t> SayWords(std::string_view text, RunContext& context,
                                   SayText say) const;

  const OfflinePlannerOptions options_;
};

}  // namespace agent

#endif  // AGENT_LIB_AGENT_OFFLINE_PLANNER_H_
