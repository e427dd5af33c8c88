// Where the parts of one reply lie: side by side in a few blocks, since a page
// of the log has thousands of them. hiredis' reader makes each part by a
// function that can be replaced; its own take two pieces of memory for each.
#ifndef AGENT_LIB_REDIS_REPLY_MEMORY_H_
#define AGENT_LIB_REDIS_REPLY_MEMORY_H_

#include <array>
#include <cstddef>
#include <memory>
#include <memory_resource>

struct redisReader;

namespace agent {

// Thread-compatible. Its parts live as long as it.
class ReplyMemory {
 public:
  ReplyMemory() : parts_(first_.data(), first_.size()) {}  // not cleared
  ReplyMemory(const ReplyMemory&) = delete;
  ReplyMemory& operator=(const ReplyMemory&) = delete;

  void* Take(size_t bytes) { return parts_.allocate(bytes); }

 private:
  std::array<std::byte, 1024> first_;  // a short reply needs no more
  std::pmr::monotonic_buffer_resource parts_;
};

// From now on `reader` makes the parts of a reply in `*memory`, which is to be
// there and to stay where it is: replace it after each whole reply.
void UseReplyMemory(std::shared_ptr<ReplyMemory>* memory, redisReader* reader);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_REPLY_MEMORY_H_
