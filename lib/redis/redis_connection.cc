#include "lib/redis/redis_connection.h"

#include <hiredis/hiredis.h>
#include <hiredis/sds.h>

#include <csignal>
#include <utility>

namespace agent {
namespace {

// redisBufferRead reads this much at a time; a full one says there is more.
constexpr size_t kReadBytes = 16 << 10;
// Before the replies are looked at.
constexpr int kMaxReadsInARow = 16;

}  // namespace

void RedisContextDeleter::operator()(redisContext* context) const {
  redisFree(context);
}

void BlockSignalsInThisThread() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

RedisConnection::RedisConnection(RedisContextPtr context, std::string history)
    : context_(std::move(context)), history_(std::move(history)) {
  UseReplyMemory(&next_reply_, context_->reader);
}

int RedisConnection::fd() const { return context_->fd; }

void RedisConnection::Append(std::string_view wire) {
  // Fails only out of memory, which hiredis notes in the context: the next
  // Write reports it.
  redisAppendFormattedCommand(context_.get(), wire.data(), wire.size());
  appended_ += wire.size();
}

uint64_t RedisConnection::written() const {
  return appended_ - sdslen(context_->obuf);
}

absl::Status RedisConnection::Write() {
  int done = 0;
  return redisBufferWrite(context_.get(), &done) == REDIS_OK ? absl::OkStatus()
                                                             : Error();
}

absl::Status RedisConnection::Read() {
  for (int i = 0; i < kMaxReadsInARow; ++i) {
    const size_t before = context_->reader->len;
    if (redisBufferRead(context_.get()) != REDIS_OK) return Error();
    if (context_->reader->len - before < kReadBytes) break;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Reply>> RedisConnection::Next() {
  void* reply = nullptr;
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) {
    return Error();
  }
  if (reply == nullptr) return std::optional<Reply>();
  auto memory = std::exchange(next_reply_, std::make_shared<ReplyMemory>());
  return std::optional<Reply>(Reply(std::shared_ptr<const redisReply>(
      std::move(memory), static_cast<redisReply*>(reply))));
}

absl::Status RedisConnection::Error() const {
  return absl::UnavailableError(context_->errstr);
}

}  // namespace agent
