// The real store with a flaw built in.
#ifndef AGENT_TESTS_CHAOS_NODE_FLAWED_STORE_H_
#define AGENT_TESTS_CHAOS_NODE_FLAWED_STORE_H_

#include "service/service_process.h"
#include "tests/chaos/node/flaw.h"

namespace agent::chaos {

// Of kNone the real store. kOriginal has no store of ours.
StoreOpener FlawedStore(Flaw flaw);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_NODE_FLAWED_STORE_H_
