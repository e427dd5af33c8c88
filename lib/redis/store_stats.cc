#include "lib/redis/store_stats.h"

#include <utility>

#include "lib/redis/key_schema.h"

namespace agent {
namespace {

// The replies come in order, on the client's thread: the last ends it.
struct Question {
  std::vector<QueueDepth> told;
  Callback<std::vector<QueueDepth>> done;
};

}  // namespace

void ReadQueueDepths(RedisClient* client,
                     const std::vector<std::string>& agents,
                     absl::Duration patience,
                     Callback<std::vector<QueueDepth>> done) {
  if (agents.empty()) return std::move(done)(std::vector<QueueDepth>{});
  auto question = std::make_shared<Question>();
  question->done = std::move(done);
  for (size_t i = 0; i < agents.size(); ++i) {
    const bool last = i + 1 == agents.size();
    auto depth = std::make_shared<QueueDepth>();
    depth->agent = agents[i];
    client->SendWithTimeout({"ZCARD", keys::Due(agents[i])}, patience,
                            [depth](const absl::StatusOr<Reply>& reply) {
                              if (reply.ok()) {
                                depth->due = reply->view().Integer();
                              }
                            });
    client->SendWithTimeout(
        {"LLEN", keys::Wake(agents[i])}, patience,
        [question, depth, last](const absl::StatusOr<Reply>& reply) {
          if (reply.ok()) {
            depth->hints = reply->view().Integer();
            question->told.push_back(*depth);
          }
          if (last) std::move(question->done)(std::move(question->told));
        });
  }
}

}  // namespace agent
