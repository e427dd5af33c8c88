#include "lib/redis/key_schema.h"

namespace agent::keys {
namespace {

constexpr std::string_view kLogPrefix = "agent-stream:";
constexpr std::string_view kWakePrefix = "agent-wake:";

std::string Part(std::string_view conversation_id, char part) {
  std::string key = "{" + Log(conversation_id) + "}:";
  key.push_back(part);
  return key;
}

std::string Joined(std::string_view prefix, std::string_view rest) {
  std::string key(prefix);
  key.append(rest);
  return key;
}

std::optional<std::string_view> After(std::string_view prefix,
                                      std::string_view key) {
  if (!key.starts_with(prefix)) return std::nullopt;
  return key.substr(prefix.size());
}

}  // namespace

std::string Log(std::string_view conversation_id) {
  return Joined(kLogPrefix, conversation_id);
}
std::string Record(std::string_view conversation_id) {
  return Part(conversation_id, 'm');
}
std::string Mailbox(std::string_view conversation_id) {
  return Part(conversation_id, 'q');
}
std::string Messages(std::string_view conversation_id) {
  return Part(conversation_id, 'h');
}

std::vector<std::string> OfConversation(std::string_view conversation_id) {
  return {Log(conversation_id),       Record(conversation_id),
          Mailbox(conversation_id),   Part(conversation_id, 'r'),
          Part(conversation_id, 'k'), Messages(conversation_id)};
}

std::optional<std::string_view> ConversationOfLog(std::string_view key) {
  return After(kLogPrefix, key);
}

std::optional<std::string_view> ConversationOfPart(std::string_view key) {
  const size_t end = key.rfind("}:");
  if (key.empty() || key[0] != '{' || end == std::string_view::npos) {
    return std::nullopt;
  }
  return After(kLogPrefix, key.substr(1, end - 1));
}

std::string Wake(std::string_view agent) { return Joined(kWakePrefix, agent); }
std::optional<std::string_view> AgentOfWake(std::string_view key) {
  return After(kWakePrefix, key);
}
std::string Due(std::string_view agent) { return Joined("agent-due:", agent); }
std::string Dead(std::string_view agent) {
  return Joined("agent-dead:", agent);
}
std::string Workers(std::string_view agent) {
  return Joined("agent-workers:", agent);
}
std::string Conversations(std::string_view agent) {
  return agent.empty() ? "agent-conversations"
                       : Joined("agent-conversations:", agent);
}

}  // namespace agent::keys
