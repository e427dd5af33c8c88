#include "tests/chaos/history/facts_json.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/chaos/history/chunk_json.h"

namespace agent::chaos {
namespace {

using nlohmann::json;

json ToNumber(absl::Time time) { return absl::ToUnixMicros(time); }
absl::Time ToTime(const json& in) {
  return absl::FromUnixMicros(in.get<int64_t>());
}

json AuditToJson(const RedisAudit& audit) {
  json out = {{"taken", audit.taken},
              {"keys", json::array()},
              {"logs", json::object()},
              {"due", audit.due}};
  for (const RedisKey& key : audit.keys) {
    out["keys"].push_back({key.name, key.type, key.ttl_ms});
  }
  for (const auto& [conversation, log] : audit.logs) {
    json& entries = out["logs"][conversation] = json::array();
    for (const Chunk& chunk : log) entries.push_back(ChunkToJson(chunk));
  }
  return out;
}

RedisAudit AuditFromJson(const json& in) {
  RedisAudit audit;
  audit.taken = in.at("taken");
  for (const json& key : in.at("keys")) {
    audit.keys.push_back({key.at(0), key.at(1), key.at(2)});
  }
  for (const auto& [conversation, log] : in.at("logs").items()) {
    std::vector<Chunk>& entries = audit.logs[conversation];
    for (const json& chunk : log) entries.push_back(ChunkFromJson(chunk));
  }
  audit.due = in.at("due").get<std::vector<std::string>>();
  return audit;
}

json FactsToJson(const Facts& facts) {
  json out = {{"undisturbed", facts.undisturbed},
              {"attempts_may_run_out", facts.attempts_may_run_out},
              {"max_attempts", facts.max_attempts},
              {"patience_s", absl::ToDoubleSeconds(facts.patience)},
              {"power_losses", json::array()},
              {"disturbances", json::array()},
              {"audit", AuditToJson(facts.audit)}};
  for (const PowerLoss& loss : facts.power_losses) {
    out["power_losses"].push_back(
        {ToNumber(loss.kept_until), ToNumber(loss.begin), ToNumber(loss.end)});
  }
  for (const Disturbance& disturbance : facts.disturbances) {
    out["disturbances"].push_back(
        {ToNumber(disturbance.begin), ToNumber(disturbance.end)});
  }
  return out;
}

Facts FactsFromJson(const json& in) {
  Facts facts;
  facts.undisturbed = in.at("undisturbed");
  facts.attempts_may_run_out = in.at("attempts_may_run_out");
  facts.max_attempts = in.at("max_attempts");
  // JSON knows no infinity: it is written as null.
  if (in.at("patience_s").is_number()) {
    facts.patience = absl::Seconds(in.at("patience_s").get<double>());
  }
  for (const json& loss : in.at("power_losses")) {
    facts.power_losses.push_back(
        {ToTime(loss.at(0)), ToTime(loss.at(1)), ToTime(loss.at(2))});
  }
  for (const json& disturbance : in.at("disturbances")) {
    facts.disturbances.push_back(
        {ToTime(disturbance.at(0)), ToTime(disturbance.at(1))});
  }
  facts.audit = AuditFromJson(in.at("audit"));
  return facts;
}

}  // namespace

absl::Status SaveFacts(const Facts& facts, const std::string& path) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << FactsToJson(facts).dump(1, ' ', false,
                                  json::error_handler_t::replace);
  file.close();
  if (!file) return absl::UnavailableError("cannot write " + path);
  return absl::OkStatus();
}

// The library throws; nothing of ours does.
absl::StatusOr<Facts> LoadFacts(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  try {
    return FactsFromJson(json::parse(file));
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(path + ": " + error.what());
  }
}

}  // namespace agent::chaos
