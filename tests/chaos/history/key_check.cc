#include "tests/chaos/history/key_check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

constexpr std::string_view kLogPrefix = "agent-stream:";
constexpr std::string_view kPartPrefix = "{agent-stream:";
constexpr std::string_view kParts = "mqrkh";
// The keys of all conversations together; the first ones are of an agent.
constexpr std::string_view kShared[] = {
    "agent-wake:", "agent-due:", "agent-dead:", "agent-workers:",
    "agent-conversations:"};

bool Begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// By contract/redis.md, not by the code that is tested.
std::optional<std::string> ConversationOf(std::string_view key) {
  if (Begins(key, kLogPrefix)) {
    return std::string(key.substr(kLogPrefix.size()));
  }
  if (!Begins(key, kPartPrefix) || key.size() < kPartPrefix.size() + 3) {
    return std::nullopt;
  }
  const std::string_view tail = key.substr(key.size() - 3);
  if (tail.substr(0, 2) != "}:" ||
      kParts.find(tail[2]) == std::string_view::npos) {
    return std::nullopt;
  }
  key.remove_prefix(kPartPrefix.size());
  return std::string(key.substr(0, key.size() - 3));
}

bool IsShared(std::string_view key) {
  return key == "agent-registry" || key == "agent-conversations" ||
         key == "agent-store" ||
         std::any_of(
             std::begin(kShared), std::end(kShared),
             [&](std::string_view prefix) { return Begins(key, prefix); });
}

}  // namespace

void CheckKeys(const HistoryView& view, const RedisAudit& audit,
               const Losses& losses, Findings* findings) {
  for (const RedisKey& key : audit.keys) {
    const auto conversation = ConversationOf(key.name);
    if (!conversation.has_value()) {
      if (!IsShared(key.name)) {
        findings->Add(rule::kUnknownKey, "", "", key.type + " " + key.name);
      }
      continue;
    }
    if (key.ttl_ms == -1) {
      findings->Add(rule::kNoExpiry, *conversation, "", key.name);
    }
    const auto of = view.conversations.find(*conversation);
    // A lost delete brings the conversation back, and so does a request that
    // was still on its way.
    const bool may_live = of == view.conversations.end() || losses.any() ||
                          of->second.unsure_submits ||
                          of->second.deleted_at() == absl::InfiniteFuture();
    if (!may_live) {
      findings->Add(rule::kDeletedLives, *conversation, "", key.name);
    }
  }
}

void CheckLog(const ConversationView& conversation,
              const std::vector<const EntryView*>& log, const RedisAudit& audit,
              Findings* findings) {
  if (!audit.taken || conversation.MayBeDeleted(absl::InfiniteFuture())) {
    return;
  }
  std::set<StreamId> held;
  const auto of = audit.logs.find(conversation.id);
  if (of != audit.logs.end()) {
    for (const Chunk& chunk : of->second) held.insert(chunk.id);
  }
  for (const EntryView* entry : log) {
    if (entry == nullptr || held.count(entry->chunk.id) > 0) continue;
    findings->Add(rule::kLogDiffers, conversation.id, entry->chunk.run_id,
                  entry->seen_by + " saw " + Describe(entry->chunk) +
                      ", which Redis does not hold");
    return;
  }
}

}  // namespace agent::chaos
