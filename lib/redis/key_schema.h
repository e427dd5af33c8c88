// The names of all keys; the schema itself is described in docs/protocol.md.
//
//   agent-stream:c          the log of conversation c, and its channel
//   {agent-stream:c}:m      record, and :q mailbox, :r runs, :k request ids,
//                           :h messages; the braces put them in the log's slot
//   agent-wake:a, -due:a, -dead:a, -workers:a, -registry, -store,
//   -conversations[:a]
#ifndef AGENT_LIB_REDIS_KEY_SCHEMA_H_
#define AGENT_LIB_REDIS_KEY_SCHEMA_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent::keys {

// Ids have no braces (the API's rule), which is what keeps the slots together.
std::string Log(std::string_view conversation_id);
std::string Record(std::string_view conversation_id);
std::string Mailbox(std::string_view conversation_id);
std::string Messages(std::string_view conversation_id);

// As the scripts expect them: log, record, mailbox, runs, requests, messages.
std::vector<std::string> OfConversation(std::string_view conversation_id);

// Inverse of Log: nothing for another name.
std::optional<std::string_view> ConversationOfLog(std::string_view key);
// Inverse of Record and Mailbox.
std::optional<std::string_view> ConversationOfPart(std::string_view key);
// Matches all records and mailboxes.
inline constexpr char kPartsPattern[] = "{agent-stream:*}:[mq]";

// `agent` in lower case.
std::string Wake(std::string_view agent);
std::optional<std::string_view> AgentOfWake(std::string_view key);
std::string Due(std::string_view agent);
std::string Dead(std::string_view agent);
std::string Workers(std::string_view agent);
inline constexpr char kRegistry[] = "agent-registry";
inline constexpr char kStoreName[] = "agent-store";
// Of one agent, or of all with "".
std::string Conversations(std::string_view agent);

}  // namespace agent::keys

#endif  // AGENT_LIB_REDIS_KEY_SCHEMA_H_
