#include "lib/redis/reply.h"

#include <hiredis/hiredis.h>

#include <charconv>

namespace agent {
namespace {

std::string_view Bytes(const redisReply* reply) {
  return reply->str == nullptr ? std::string_view()
                               : std::string_view(reply->str, reply->len);
}

}  // namespace

bool ReplyView::IsNil() const {
  return reply_ == nullptr || reply_->type == REDIS_REPLY_NIL;
}

bool ReplyView::IsError() const {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_ERROR;
}

bool ReplyView::IsArray() const {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY;
}

bool ReplyView::IsInteger() const {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER;
}

bool ReplyView::IsText() const {
  return reply_ != nullptr && (reply_->type == REDIS_REPLY_STRING ||
                               reply_->type == REDIS_REPLY_STATUS);
}

int64_t ReplyView::Integer() const {
  if (IsInteger()) return reply_->integer;
  const std::string_view text = Text();
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && !text.empty() ? value : 0;
}

std::string_view ReplyView::Text() const {
  return IsText() || IsError() ? Bytes(reply_) : std::string_view();
}

size_t ReplyView::size() const { return IsArray() ? reply_->elements : 0; }

ReplyView ReplyView::operator[](size_t index) const {
  return ReplyView(index < size() ? reply_->element[index] : nullptr);
}

Reply::Reply(redisReply* reply) : reply_(reply, freeReplyObject) {}

}  // namespace agent
