// What an append-only file says: the writes of each script or command, in
// order, and where they stand in the file.
#ifndef AGENT_TESTS_REDIS_AOF_READER_H_
#define AGENT_TESTS_REDIS_AOF_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/redis/redis_client.h"

namespace agent::testing {

using Writes = std::vector<RedisCommand>;

// A script, or a command of its own. A script of several writes is a MULTI
// block in the file; that is not among its writes.
struct AofUnit {
  Writes writes;
  bool in_block = false;
  size_t begin = 0;          // bytes
  std::vector<size_t> ends;  // of each write
  size_t end = 0;            // of all, EXEC included
};

// The units of `bytes`, whole ones only. `bytes` begins at `offset` of its
// file.
std::vector<AofUnit> ParseAof(std::string_view bytes, size_t offset);

// Their writes, one after another.
Writes Flatten(const std::vector<AofUnit>& units);

// Whether a cut that leaves the first `length` of `writes` tells more than the
// one before: that a hint or an entry for a listing is lost does not, nor which
// of several expiries that follow each other.
bool TellsMore(const Writes& writes, size_t length);

// Thread-compatible.
class AofReader {
 public:
  explicit AofReader(std::string path) : path_(std::move(path)) {}

  // What was written since the last call.
  std::vector<AofUnit> ReadOn();
  // ... is not wanted.
  void SkipToEnd();

  size_t offset() const { return offset_; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  size_t offset_ = 0;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_AOF_READER_H_
