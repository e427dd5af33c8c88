// A Redis reply, owned (Reply) or looked at (ReplyView), without hiredis' types
// in sight.
#ifndef AGENT_LIB_REDIS_REPLY_H_
#define AGENT_LIB_REDIS_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

struct redisReply;

namespace agent {

// Valid while the Reply it came from lives. Every accessor is total: of another
// type than asked for it gives 0, "" or a nil view, so that a surprising reply
// reads as an absent one and never as memory out of bounds.
class ReplyView {
 public:
  explicit ReplyView(const redisReply* reply) : reply_(reply) {}

  bool IsNil() const;
  bool IsError() const;
  bool IsArray() const;
  bool IsInteger() const;
  bool IsText() const;  // bulk or status

  // An integer, or a text that is a decimal one.
  int64_t Integer() const;
  // Of texts and errors.
  std::string_view Text() const;
  // Of arrays.
  size_t size() const;
  ReplyView operator[](size_t index) const;

 private:
  const redisReply* reply_;  // null reads as nil
};

class Reply {
 public:
  // Takes ownership of what hiredis' reader made.
  explicit Reply(redisReply* reply);
  // ... of its own accord, or by the functions of reply_memory.h.
  explicit Reply(std::shared_ptr<const redisReply> reply)
      : reply_(std::move(reply)) {}
  ReplyView view() const { return ReplyView(reply_.get()); }
  ReplyView operator[](size_t index) const { return view()[index]; }

 private:
  std::shared_ptr<const redisReply> reply_;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REPLY_H_
