#include "lib/redis/message_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/base/logging.h"
#include "lib/redis/key_schema.h"

namespace agent {
namespace {

struct Walk {
  RedisClient* client = nullptr;
  const Scripts* scripts = nullptr;
  MessageRange range;  // `to` comes down
  int64_t bytes = 0;   // of the bounded ones
  bool full = false;
  std::vector<IndexedMessage> found;  // newest first
  Callback<std::vector<IndexedMessage>> done;
};

// The run is not active any more: what it had said may have fallen.
void DropSteps(Walk* walk) {
  MessageRange& range = walk->range;
  std::erase_if(walk->found, [&](const IndexedMessage& entry) {
    return entry.index >= range.steps_from;
  });
  range.to = std::min(range.to, range.steps_from);
  range.active_run.clear();
}

// Whether the bound leaves room for a message of that length.
bool Fits(int64_t index, std::string_view json, Walk* walk) {
  if (index >= walk->range.bounded_to) return true;
  const bool first = walk->bytes == 0;
  walk->bytes += static_cast<int64_t>(json.size());
  walk->full = !first && walk->bytes > walk->range.max_bytes;
  return !walk->full;
}

void AddPage(ReplyView page, Walk* walk) {
  for (size_t i = 0; i + 1 < page.size() && !walk->full; i += 2) {
    const int64_t index = page[i].Integer();
    if (index >= walk->range.to) continue;
    if (!Fits(index, page[i + 1].Text(), walk)) return;
    auto message = MessageFromJson(page[i + 1].Text());
    if (message.ok()) {
      walk->found.push_back({index, *std::move(message)});
    } else {
      LogError(
          "a stored message cannot be read",
          {{"conversation_id", walk->range.conversation_id}, {"index", index}});
    }
  }
}

void ReadOn(std::shared_ptr<Walk> walk) {
  const MessageRange& range = walk->range;
  if (walk->full || range.to <= range.from) {
    std::reverse(walk->found.begin(), walk->found.end());
    return std::move(walk->done)(std::move(walk->found));
  }
  RedisClient* client = walk->client;
  const LuaScript& script = walk->scripts->read_messages;
  client->Run(
      script, keys::OfConversation(range.conversation_id),
      {std::to_string(range.to), std::to_string(range.from)},
      [walk = std::move(walk)](const absl::StatusOr<Reply>& reply) mutable {
        if (!reply.ok()) return std::move(walk->done)(reply.status());
        const std::string& run = walk->range.active_run;
        if (!run.empty() && (*reply)[1].Text() != run) DropSteps(walk.get());
        AddPage((*reply)[2], walk.get());
        walk->range.to = std::min(walk->range.to, (*reply)[0].Integer());
        ReadOn(std::move(walk));
      });
}

}  // namespace

void ReadMessages(RedisClient* client, const Scripts* scripts,
                  MessageRange range,
                  Callback<std::vector<IndexedMessage>> done) {
  auto walk = std::make_shared<Walk>();
  walk->client = client;
  walk->scripts = scripts;
  walk->range = std::move(range);
  walk->done = std::move(done);
  ReadOn(std::move(walk));
}

}  // namespace agent
