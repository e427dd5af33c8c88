// Which of a conversation's entries a reader wants, and which of them is its
// last.
#ifndef AGENT_LIB_LOG_READ_SCOPE_H_
#define AGENT_LIB_LOG_READ_SCOPE_H_

#include <string>
#include <utility>

#include "lib/log/chunk.h"

namespace agent {

// Thread-compatible. Sees the entries in order.
class ReadScope {
 public:
  // Everything; ends after the first terminal entry unless `follow`.
  static ReadScope All(bool follow) { return {"", false, follow}; }
  // Everything from the run's first entry on.
  static ReadScope From(std::string run_id, bool follow) {
    return {std::move(run_id), false, follow};
  }
  // The run's entries; ends after its terminal one.
  static ReadScope Only(std::string run_id) {
    return {std::move(run_id), true, false};
  }

  // Whether the reader gets this entry.
  bool Passes(const Chunk& entry) {
    if (entry.run_id == run_id_) begun_ = true;
    return only_ ? entry.run_id == run_id_ : begun_;
  }
  // Of an entry that passed: nothing follows it.
  bool EndsAfter(const Chunk& entry) const {
    return !follow_ && entry.IsTerminal();
  }

  // The run whose first entry is awaited; empty: none.
  const std::string& awaited() const {
    static const std::string kNone;
    return begun_ ? kNone : run_id_;
  }
  bool follows() const { return follow_; }

 private:
  ReadScope(std::string run_id, bool only, bool follow)
      : run_id_(std::move(run_id)),
        only_(only),
        follow_(follow),
        begun_(run_id_.empty()) {}

  std::string run_id_;
  bool only_;
  bool follow_;
  bool begun_;
};

}  // namespace agent

#endif  // AGENT_LIB_LOG_READ_SCOPE_H_
