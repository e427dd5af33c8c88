// The Lua scripts that are the store: lib/redis/scripts/*.lua, put into the
// program by the build.
#ifndef AGENT_LIB_REDIS_SCRIPTS_H_
#define AGENT_LIB_REDIS_SCRIPTS_H_

#include <functional>
#include <string>
#include <string_view>

#include "lib/redis/redis_client.h"

namespace agent {

// Constant for its life.
class Scripts {
 public:
  // What tests do to a script's source before it is used: another clock, an
  // abort between two writes.
  using Transform =
      std::function<std::string(std::string_view name, std::string source)>;

  explicit Scripts(const Transform& transform = nullptr);

  // Each is described in its file.
  const LuaScript admit, begin, append, cancel, release, remove;
  const LuaScript read_log, read_positions;
  const LuaScript get_run, list_runs, get_conversation, read_messages;
  const LuaScript take_due, set_due, remove_unchanged, rescan, overdue;
  const LuaScript bury, buried;
  const LuaScript list_index, forget_old, announce, count_workers;
};

}  // namespace agent

#endif  // AGENT_LIB_REDIS_SCRIPTS_H_
