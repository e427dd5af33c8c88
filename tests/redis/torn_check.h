// What must hold of a conversation, whatever was torn before: checked through
// readers, the record, the messages and the keys.
#ifndef AGENT_TESTS_REDIS_TORN_CHECK_H_
#define AGENT_TESTS_REDIS_TORN_CHECK_H_

#include <vector>

#include "tests/redis/torn_reader.h"
#include "tests/redis/torn_world.h"

namespace agent::testing {

// Runs that a scenario only counts with: nothing is known of them but their
// state.
inline constexpr char kFillerPrefix[] = "filler";

// While work goes on, of a reader who has just read and has seen nothing that
// was lost: what is stored as said, it has been told too, no word that was
// discarded, none of a mixture; and it saw no end of a run that has not ended.
void CheckMessagesSoFar(TornWorld* world, const TornReader& reader);

// When all work is done: no gap, no double, exactly one end, no stuck run;
// messages equal the stream; dead letters, each once; every key expires.
// `readers` have read to the end.
void CheckAllIsWell(TornWorld* world, const std::vector<TornReader>& readers);

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_CHECK_H_
