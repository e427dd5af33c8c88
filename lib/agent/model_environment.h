// Chooses the model by the environment; see docs/configuration.md, "Models".
#ifndef AGENT_LIB_AGENT_MODEL_ENVIRONMENT_H_
#define AGENT_LIB_AGENT_MODEL_ENVIRONMENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "lib/agent/chat_model.h"

namespace agent {

using GetEnvironment = std::function<std::optional<std::string>(const char*)>;

// Any AZURE_OPENAI_… means Azure, also beside OPENAI_…; else any OPENAI_… means
// OpenAI or a server like it; with none of them the offline planner answers. A
// variable set to nothing counts as not set. Never silently another model than
// the one that was meant: what is missing or malformed is INVALID_ARGUMENT (or
// FAILED_PRECONDITION, where the Azure command line gives no token) with one
// line that names the setting and contains no secret.
//
// Cost: without a key, up to 30 s for a first token from the command line.
absl::StatusOr<std::shared_ptr<ChatModel>> ChatModelFromEnvironment(
    const GetEnvironment& getenv);

// The process's own environment.
std::optional<std::string> ProcessEnvironment(const char* name);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_MODEL_ENVIRONMENT_H_
