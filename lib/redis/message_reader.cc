#include "lib/redis/message_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/base/logging.h"
#include "lib/redis/key_schema.h"

namespace agent {
namespace {

constexpr int64_t kPageMessages = 64;

struct Walk {
  RedisClient* client = nullptr;
  std::string conversation_id;
  int64_t next = 0;
  int64_t end = 0;
  std::vector<IndexedMessage> found;
  Callback<std::vector<IndexedMessage>> done;
};

void AddPage(ReplyView page, Walk* walk) {
  for (size_t i = 0; i < page.size(); ++i) {
    const int64_t index = walk->next + static_cast<int64_t>(i);
    if (page[i].IsNil()) continue;
    auto message = MessageFromJson(page[i].Text());
    if (message.ok()) {
      walk->found.push_back({index, *std::move(message)});
    } else {
      LogError("a stored message cannot be read",
               {{"conversation_id", walk->conversation_id}, {"index", index}});
    }
  }
}

void ReadOn(std::shared_ptr<Walk> walk) {
  if (walk->next >= walk->end) {
    return std::move(walk->done)(std::move(walk->found));
  }
  const int64_t end = std::min(walk->end, walk->next + kPageMessages);
  RedisCommand command = {"HMGET", keys::Messages(walk->conversation_id)};
  for (int64_t i = walk->next; i < end; ++i) {
    command.push_back(std::to_string(i));
  }
  RedisClient* client = walk->client;
  client->Send(std::move(command), [walk = std::move(walk),
                                    end](absl::StatusOr<Reply> reply) mutable {
    if (!reply.ok()) return std::move(walk->done)(reply.status());
    AddPage(reply->view(), walk.get());
    walk->next = end;
    ReadOn(std::move(walk));
  });
}

}  // namespace

void ReadMessages(RedisClient* client, const std::string& conversation_id,
                  int64_t from, int64_t to,
                  Callback<std::vector<IndexedMessage>> done) {
  ReadOn(std::make_shared<Walk>(
      Walk{client, conversation_id, from, to, {}, std::move(done)}));
}

}  // namespace agent
