#include "lib/redis/redis_agent_directory.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "lib/redis/key_schema.h"

namespace agent {
namespace {

using nlohmann::json;

// A worker not seen for this many leases is forgotten.
constexpr int kForgetLeases = 10;

std::string EncodeInfo(const AgentInfo& agent) {
  const json object = {{"name", agent.name},
                       {"description", agent.description},
                       {"tools", agent.tools}};
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

AgentInfo DecodeInfo(std::string_view field, std::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  AgentInfo agent;
  agent.name = field;
  if (!object.is_object()) return agent;
  const auto read = [&object](const char* name, std::string* value) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return;
    *value = found->get<std::string>();
  };
  read("name", &agent.name);
  read("description", &agent.description);
  const auto tools = object.find("tools");
  if (tools == object.end() || !tools->is_array()) return agent;
  for (const json& tool : *tools) {
    if (tool.is_string()) agent.tools.push_back(tool.get<std::string>());
  }
  return agent;
}

std::string Ms(absl::Duration duration) {
  return std::to_string(absl::ToInt64Milliseconds(duration));
}

}  // namespace

void RedisAgentDirectory::Announce(std::string worker_id,
                                   std::vector<AgentInfo> agents,
                                   StatusCallback done) {
  std::vector<std::string> keys = {keys::kRegistry};
  std::vector<std::string> args = {std::move(worker_id),
                                   Ms(kForgetLeases * context_.limits.lease)};
  for (const AgentInfo& agent : agents) {
    const std::string lower = absl::AsciiStrToLower(agent.name);
    keys.push_back(keys::Workers(lower));
    args.push_back(lower);
    args.push_back(EncodeInfo(agent));
  }
  context_.client->Run(
      context_.scripts->announce, std::move(keys), std::move(args),
      [done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        std::move(done)(reply.status());
      });
}

void RedisAgentDirectory::Withdraw(std::string worker_id,
                                   std::vector<std::string> agents,
                                   StatusCallback done) {
  if (agents.empty()) return std::move(done)(absl::OkStatus());
  const std::string last = agents.back();
  agents.pop_back();
  for (const std::string& agent : agents) {
    context_.client->Send(
        {"ZREM", keys::Workers(absl::AsciiStrToLower(agent)), worker_id},
        [](const absl::StatusOr<Reply>&) {});
  }
  // Answers come in order: the last tells for all.
  context_.client->Send(
      {"ZREM", keys::Workers(absl::AsciiStrToLower(last)), worker_id},
      [done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        std::move(done)(reply.status());
      });
}

void RedisAgentDirectory::List(Callback<std::vector<AgentInfo>> done) {
  context_.client->Send(
      {"HGETALL", keys::kRegistry},
      [this, done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        std::vector<AgentInfo> agents;
        for (size_t i = 0; i + 1 < reply->view().size(); i += 2) {
          agents.push_back(
              DecodeInfo((*reply)[i].Text(), (*reply)[i + 1].Text()));
        }
        std::ranges::sort(agents, {}, &AgentInfo::name);
        if (agents.empty()) return std::move(done)(std::move(agents));
        CountWorkers(std::move(agents), std::move(done));
      });
}

void RedisAgentDirectory::CountWorkers(std::vector<AgentInfo> agents,
                                       Callback<std::vector<AgentInfo>> done) {
  std::vector<std::string> keys;
  for (const AgentInfo& agent : agents) {
    keys.push_back(keys::Workers(absl::AsciiStrToLower(agent.name)));
  }
  context_.client->Run(context_.scripts->count_workers, std::move(keys),
                       {Ms(context_.limits.lease)},
                       [agents = std::move(agents), done = std::move(done)](
                           absl::StatusOr<Reply> reply) mutable {
                         if (!reply.ok())
                           return std::move(done)(reply.status());
                         for (size_t i = 0; i < agents.size(); ++i) {
                           agents[i].workers =
                               static_cast<int>((*reply)[i].Integer());
                         }
                         std::move(done)(std::move(agents));
                       });
}

}  // namespace agent
