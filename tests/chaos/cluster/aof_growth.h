// Watches how long the newest part of an append-only file was a moment ago:
// what lies beyond that is what a power loss may take.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_AOF_GROWTH_H_
#define AGENT_TESTS_CHAOS_CLUSTER_AOF_GROWTH_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/mutex.h"

namespace agent::chaos {

// The part that Redis appends to, by its manifest; its size.
struct AofPart {
  std::string path;
  int64_t size = 0;
};

// NOT_FOUND: there is none.
absl::StatusOr<AofPart> NewestAofPart(const std::string& dir);
// Whether the file is still read at a start: a finished rewrite drops it.
bool AofHolds(const std::string& dir, const std::string& path);

// Thread-safe. A thread of its own looks every 20 ms.
class AofGrowth {
 public:
  explicit AofGrowth(std::string dir);
  ~AofGrowth();
  AofGrowth(const AofGrowth&) = delete;
  AofGrowth& operator=(const AofGrowth&) = delete;

  // The size that `path` had at `when`, or when it was first seen after that;
  // nothing if it was not seen since.
  std::optional<int64_t> SizeAt(const std::string& path, absl::Time when);
  // Until when what Redis had answered lies within the first `size` bytes of
  // `path`: the last look before it grew to what it then was when it was last
  // seen to be no longer. Where Redis put writes off, that is long before the
  // next growth.
  std::optional<absl::Time> KeptUntil(const std::string& path, int64_t size);

 private:
  struct Sample {
    absl::Time when;
    AofPart part;
  };

  void Watch();

  const std::string dir_;
  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Sample> samples_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_AOF_GROWTH_H_
