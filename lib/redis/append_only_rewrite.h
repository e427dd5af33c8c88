// Puts Redis' append-only file right after it was started: a script that a
// power loss tore leaves an open MULTI block at the file's end, and what is
// written behind it would be lost with the next load. The block is closed, and
// then the file written anew: a Redis that is killed while it rewrites one with
// an open block does not start again.
#ifndef AGENT_LIB_REDIS_APPEND_ONLY_REWRITE_H_
#define AGENT_LIB_REDIS_APPEND_ONLY_REWRITE_H_

#include <functional>

#include "lib/redis/redis_client.h"

namespace agent {

// Looks at what Redis says of its file, closes what may be open and asks for
// BGREWRITEAOF, unless somebody has since it started. Repeats that over broken
// connections and while Redis is not ready, a few minutes at most. A Redis that
// refuses is told to the log as an error, and to `refused`: an operator has to
// see to it.
//
// Does not block. `client` must outlive its callbacks.
void RewriteAppendOnlyFile(RedisClient* client,
                           std::function<void()> refused = nullptr);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_APPEND_ONLY_REWRITE_H_
