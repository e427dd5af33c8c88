// What must hold of a conversation when all its work is done, whatever was torn
// before: checked through readers, the record and the messages.
#ifndef AGENT_TESTS_REDIS_TORN_CHECK_H_
#define AGENT_TESTS_REDIS_TORN_CHECK_H_

#include <map>
#include <string>
#include <vector>

#include "lib/log/entry_filter.h"
#include "tests/redis/torn_world.h"

namespace agent::testing {

// A reader as the API has it: goes on by the resume rules and the entry filter,
// keeps of each run what no later attempt discarded.
class TornReader {
 public:
  // Reads to the end of what is stored. A reader that is told that the store
  // lost what it had seen (DATA_LOSS) drops everything and starts over: that is
  // honest. Anything else that is wrong is a failure of the test.
  void Read(StoreParts* store);

  // Chunks kept of a run; its text; how many ends.
  std::string TextOf(const std::string& run_id) const;
  int EndsOf(const std::string& run_id) const;

 private:
  void Take(const Chunk& chunk);

  StreamId cursor_;
  int64_t number_ = kAnyNumber;  // `0-0` is the oldest that is kept
  std::map<std::string, std::vector<Chunk>> kept_;
};

// No gap, no double, exactly one end, no stuck run; messages equal the stream;
// every key expires. `readers` have read to the end.
void CheckAllIsWell(TornWorld* world, const std::vector<TornReader>& readers);

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_CHECK_H_
