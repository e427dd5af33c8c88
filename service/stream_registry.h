// The streams that are open: bounds their number, and ends them when the
// process shuts down.
#ifndef AGENT_SERVICE_STREAM_REGISTRY_H_
#define AGENT_SERVICE_STREAM_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/mutex.h"

namespace agent {

// A stream as the registry sees it.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  // Ends it with UNAVAILABLE DRAINING and its cursor. From any thread.
  virtual void Drain() = 0;
  // It goes on until its client leaves (`follow`).
  virtual bool endless() const = 0;
};

// Thread-safe. Calls streams with no lock held.
class StreamRegistry {
 public:
  explicit StreamRegistry(int64_t max_streams) : max_streams_(max_streams) {}

  // The stream's ticket, for Remove. RESOURCE_EXHAUSTED STREAM_LIMIT beyond
  // `max_streams`, UNAVAILABLE DRAINING from Drain on.
  absl::StatusOr<uint64_t> Add(std::weak_ptr<OpenStream> stream);
  void Remove(uint64_t ticket);

  // Refuses new streams, ends the endless ones, gives the others up to
  // `patience` to reach their ends, and ends those that have not. Blocks.
  void Drain(absl::Duration patience);

  int64_t size() const;

 private:
  bool AwaitEmpty(absl::Duration patience);
  void DrainThose(bool endless_only);

  const int64_t max_streams_;
  mutable Mutex mu_;
  CondVar emptied_;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  uint64_t next_ticket_ ABSL_GUARDED_BY(mu_) = 1;
  std::unordered_map<uint64_t, std::weak_ptr<OpenStream>> streams_
      ABSL_GUARDED_BY(mu_);
};

}  // namespace agent

#endif  // AGENT_SERVICE_STREAM_REGISTRY_H_
