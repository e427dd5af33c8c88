#include "service/metrics/metrics_route.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

namespace agent {
namespace {

using Exchange = std::shared_ptr<HttpExchange>;

HttpReply MetricsReply(std::string text) {
  return {200,
          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
           {"Cache-Control", "no-store"}},
          std::move(text)};
}

void Reply(const MetricsSources& sources, const StoreStats& stats,
           const Exchange& exchange) {
  sources.metrics->SetOpenStreams(sources.streams->size());
  sources.metrics->SetStore(stats, sources.store->Health().ok());
  exchange->loop().Post([exchange, text = sources.metrics->Text()]() mutable {
    exchange->Reply(MetricsReply(std::move(text)));
  });
}

// The queues of all agents, whichever process offers them.
std::vector<std::string> NamesOf(
    const absl::StatusOr<std::vector<AgentInfo>>& agents) {
  std::vector<std::string> names;
  if (!agents.ok()) return names;
  for (const AgentInfo& agent : *agents) {
    names.push_back(absl::AsciiStrToLower(agent.name));
  }
  return names;
}

void Tell(const MetricsSources& sources, const Exchange& exchange) {
  sources.store->agents().List(
      [sources, exchange](absl::StatusOr<std::vector<AgentInfo>> agents) {
        sources.store->Stats(
            NamesOf(agents),
            [sources, exchange](const absl::StatusOr<StoreStats>& stats) {
              Reply(sources, stats.ok() ? *stats : StoreStats{}, exchange);
            });
      });
}

}  // namespace

void AddMetricsRoute(const MetricsSources& sources, Router* router) {
  router->Add(
      "GET", "/metrics",
      [sources](const Exchange& exchange, const PathParams& /*params*/) {
        Tell(sources, exchange);
      });
}

}  // namespace agent
