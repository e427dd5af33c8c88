#include "lib/redis/scripts.h"

namespace agent {

// Defined by what cmake/EmbedLua.cmake makes: named after their files.
// NOLINTBEGIN(readability-identifier-naming)
extern const char kLua_admit[];
extern const char kLua_announce[];
extern const char kLua_append[];
extern const char kLua_begin[];
extern const char kLua_buried[];
extern const char kLua_bury[];
extern const char kLua_cancel[];
extern const char kLua_count_workers[];
extern const char kLua_delete[];
extern const char kLua_forget_old[];
extern const char kLua_get_conversation[];
extern const char kLua_get_run[];
extern const char kLua_list_index[];
extern const char kLua_list_runs[];
extern const char kLua_overdue[];
extern const char kLua_read_log[];
extern const char kLua_read_messages[];
extern const char kLua_read_positions[];
extern const char kLua_release[];
extern const char kLua_remove_unchanged[];
extern const char kLua_rescan[];
extern const char kLua_set_due[];
extern const char kLua_take_due[];
// NOLINTEND(readability-identifier-naming)

namespace {

LuaScript Make(const char* name, const char* source,
               const Scripts::Transform& transform) {
  if (!transform) return {name, source};
  return {name, transform(name, source)};
}

}  // namespace

Scripts::Scripts(const Transform& transform)
    : admit(Make("admit", kLua_admit, transform)),
      begin(Make("begin", kLua_begin, transform)),
      append(Make("append", kLua_append, transform)),
      cancel(Make("cancel", kLua_cancel, transform)),
      release(Make("release", kLua_release, transform)),
      remove(Make("delete", kLua_delete, transform)),
      read_log(Make("read_log", kLua_read_log, transform)),
      read_positions(Make("read_positions", kLua_read_positions, transform)),
      get_run(Make("get_run", kLua_get_run, transform)),
      list_runs(Make("list_runs", kLua_list_runs, transform)),
      get_conversation(
          Make("get_conversation", kLua_get_conversation, transform)),
      read_messages(Make("read_messages", kLua_read_messages, transform)),
      take_due(Make("take_due", kLua_take_due, transform)),
      set_due(Make("set_due", kLua_set_due, transform)),
      remove_unchanged(
          Make("remove_unchanged", kLua_remove_unchanged, transform)),
      rescan(Make("rescan", kLua_rescan, transform)),
      overdue(Make("overdue", kLua_overdue, transform)),
      bury(Make("bury", kLua_bury, transform)),
      buried(Make("buried", kLua_buried, transform)),
      list_index(Make("list_index", kLua_list_index, transform)),
      forget_old(Make("forget_old", kLua_forget_old, transform)),
      announce(Make("announce", kLua_announce, transform)),
      count_workers(Make("count_workers", kLua_count_workers, transform)) {}

}  // namespace agent
