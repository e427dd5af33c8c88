// What stands when the last fault is over.
#ifndef AGENT_TESTS_CHAOS_HISTORY_LAST_LOOK_H_
#define AGENT_TESTS_CHAOS_HISTORY_LAST_LOOK_H_

#include "absl/time/time.h"
#include "tests/chaos/history/chance.h"
#include "tests/chaos/history/scene.h"

namespace agent::chaos {

// Waits until every answered run of the scene has ended by its record, submits
// again what is unknown, reads the conversation once more from its beginning
// and looks at it for the last time. Looks in any case; false: not all ended by
// `deadline`.
bool TakeLastLook(Scene* scene, absl::Time deadline, uint64_t seed);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_LAST_LOOK_H_
