#include "lib/agent/model_environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "lib/agent/azure_cli_token.h"
#include "lib/agent/offline_planner.h"
#include "lib/agent/openai_model.h"
#include "lib/base/clock.h"
#include "lib/base/logging.h"
#include "lib/base/status_macros.h"

namespace agent {
namespace {

constexpr char kDefaultApiVersion[] = "2024-10-21";
constexpr char kDefaultBaseUrl[] = "https://api.openai.com/v1";
constexpr char kDefaultModel[] = "gpt-4o-mini";

// A setting and where its value came from.
struct Setting {
  std::string name;
  std::string value;  // empty: not set
  bool set() const { return !value.empty(); }
};

absl::Status Invalid(const std::string& setting, const std::string& rule) {
  return absl::InvalidArgumentError(setting + ": " + rule);
}

// The value of `name` or of its other name; they must not contradict.
absl::StatusOr<Setting> Read(const GetEnvironment& getenv, const char* name,
                             const char* other_name = nullptr) {
  Setting first{.name = name, .value = getenv(name).value_or("")};
  if (other_name == nullptr) return first;
  Setting other{.name = other_name, .value = getenv(other_name).value_or("")};
  if (first.set() && other.set() && first.value != other.value) {
    return Invalid(first.name, "contradicts " + other.name + "; set only one");
  }
  return first.set() ? first : other;
}

bool IsPrintable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

// Keys stand in a header.
absl::Status CheckKey(const Setting& key) {
  if (IsPrintable(key.value)) return absl::OkStatus();
  return Invalid(key.name, "must be printable ASCII without spaces");
}

bool IsLoopback(const std::string& url) {
  for (const char* host :
       {"http://localhost", "http://127.0.0.1", "http://[::1]"}) {
    if (!absl::StartsWith(url, host)) continue;
    const char next = url.c_str()[std::string(host).size()];
    if (next == '\0' || next == ':' || next == '/') return true;
  }
  return false;
}

absl::Status CheckUrl(const Setting& url, bool plain_allowed) {
  const bool http = absl::StartsWith(url.value, "http://");
  if (!http && !absl::StartsWith(url.value, "https://")) {
    return Invalid(url.name, "must begin with https:// or http://");
  }
  if (http && !plain_allowed && !IsLoopback(url.value)) {
    return Invalid(url.name, "must begin with https://");
  }
  if (!IsPrintable(url.value) ||
      url.value.find_first_of("?#@") != std::string::npos) {
    return Invalid(url.name,
                   "must be a plain address without ?, # and user names");
  }
  return absl::OkStatus();
}

// The first `az` on PATH that can be executed.
std::optional<std::string> FindAz(const GetEnvironment& getenv) {
  const std::string path = getenv("PATH").value_or("");
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find(':', begin), path.size());
    const std::string file = path.substr(begin, end - begin) + "/az";
    if (file.size() > 3 && access(file.c_str(), X_OK) == 0) return file;
    begin = end + 1;
  }
  return std::nullopt;
}

Clock* SystemClockInstance() {
  static auto* const kClock = new SystemClock();
  return kClock;
}

// A token must be had at the start: who cannot log in shall hear of it now.
absl::StatusOr<std::shared_ptr<AzureCliToken>> TokenFromAz(
    const GetEnvironment& getenv) {
  const std::optional<std::string> az = FindAz(getenv);
  if (!az.has_value()) {
    return absl::FailedPreconditionError(
        "AZURE_OPENAI_KEY: is not set, and there is no Azure command line (az) "
        "on PATH to get a token from");
  }
  auto token = std::make_shared<AzureCliToken>(*az, SystemClockInstance());
  if (!token->Get([] { return absl::OkStatus(); }).ok()) {
    return absl::FailedPreconditionError(
        "AZURE_OPENAI_KEY: is not set, and the Azure command line gave no "
        "token; `az login` may help");
  }
  return token;
}

struct AzureSettings {
  Setting endpoint, deployment, key, version;
  bool any() const {
    return endpoint.set() || deployment.set() || key.set() || version.set();
  }
};

absl::StatusOr<AzureSettings> ReadAzure(const GetEnvironment& getenv) {
  AzureSettings azure;
  ASSIGN_OR_RETURN(azure.endpoint, Read(getenv, "AZURE_OPENAI_ENDPOINT"));
  ASSIGN_OR_RETURN(azure.deployment, Read(getenv, "AZURE_OPENAI_DEPLOYMENT",
                                          "AZURE_OPENAI_DEPLOYMENT_NAME"));
  ASSIGN_OR_RETURN(azure.key,
                   Read(getenv, "AZURE_OPENAI_KEY", "AZURE_OPENAI_API_KEY"));
  ASSIGN_OR_RETURN(azure.version, Read(getenv, "AZURE_OPENAI_API_VERSION"));
  return azure;
}

absl::StatusOr<std::shared_ptr<ChatModel>> AzureModel(
    const AzureSettings& azure, const GetEnvironment& getenv) {
  if (!azure.endpoint.set()) {
    return Invalid("AZURE_OPENAI_ENDPOINT",
                   "is not set, but other AZURE_OPENAI_… settings are");
  }
  if (!azure.deployment.set()) {
    return Invalid("AZURE_OPENAI_DEPLOYMENT",
                   "is not set, but AZURE_OPENAI_ENDPOINT is");
  }
  RETURN_IF_ERROR(CheckUrl(azure.endpoint, /*plain_allowed=*/false));
  RETURN_IF_ERROR(CheckKey(azure.key));
  OpenAiOptions options;
  options.url = AzureCompletionsUrl(
      azure.endpoint.value, azure.deployment.value,
      azure.version.set() ? azure.version.value : kDefaultApiVersion);
  options.model = azure.deployment.value;
  options.api_key = azure.key.value;
  if (!azure.key.set()) {
    ASSIGN_OR_RETURN(options.azure_token, TokenFromAz(getenv));
  }
  LogInfo("model chosen", {{"service", "Azure OpenAI"},
                           {"deployment", options.model},
                           {"auth", azure.key.set() ? "key" : "az"}});
  return std::make_shared<OpenAiModel>(std::move(options));
}

absl::StatusOr<std::shared_ptr<ChatModel>> PlainModel(const Setting& key,
                                                      const Setting& base_url,
                                                      const Setting& model) {
  if (!key.set() && !base_url.set()) {
    return Invalid("OPENAI_API_KEY", "is not set, but OPENAI_MODEL is");
  }
  if (base_url.set() && !model.set()) {
    return Invalid("OPENAI_MODEL", "is not set, but OPENAI_BASE_URL is");
  }
  if (base_url.set()) {
    RETURN_IF_ERROR(CheckUrl(base_url, /*plain_allowed=*/true));
  }
  RETURN_IF_ERROR(CheckKey(key));
  OpenAiOptions options;
  options.url =
      OpenAiCompletionsUrl(base_url.set() ? base_url.value : kDefaultBaseUrl);
  options.model = model.set() ? model.value : kDefaultModel;
  options.bearer = key.value;
  LogInfo("model chosen",
          {{"service", base_url.set() ? "OPENAI_BASE_URL" : "OpenAI"},
           {"model", options.model}});
  return std::make_shared<OpenAiModel>(std::move(options));
}

}  // namespace

absl::StatusOr<std::shared_ptr<ChatModel>> ChatModelFromEnvironment(
    const GetEnvironment& getenv) {
  ASSIGN_OR_RETURN(const AzureSettings azure, ReadAzure(getenv));
  if (azure.any()) return AzureModel(azure, getenv);
  ASSIGN_OR_RETURN(const Setting key, Read(getenv, "OPENAI_API_KEY"));
  ASSIGN_OR_RETURN(const Setting base_url, Read(getenv, "OPENAI_BASE_URL"));
  ASSIGN_OR_RETURN(const Setting model, Read(getenv, "OPENAI_MODEL"));
  if (key.set() || base_url.set() || model.set()) {
    return PlainModel(key, base_url, model);
  }
  LogInfo("model chosen", {{"service", "offline planner"}});
  return std::make_shared<OfflinePlanner>(OfflinePlannerOptions());
}

std::optional<std::string> ProcessEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

}  // namespace agent
