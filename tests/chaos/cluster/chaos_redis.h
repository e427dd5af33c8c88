// The redis-server that the nemesis may kill, pause, and rob of its last
// writes.
#ifndef AGENT_TESTS_CHAOS_CLUSTER_CHAOS_REDIS_H_
#define AGENT_TESTS_CHAOS_CLUSTER_CHAOS_REDIS_H_

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/redis/redis_process.h"
#include "lib/redis/reply.h"
#include "tests/chaos/cluster/aof_growth.h"

namespace agent::chaos {

// How Redis' end harmed its data.
struct RedisEnd {
  // What was written before this is kept. None: everything is.
  std::optional<absl::Time> kept_until;
  std::string detail;
};

// Thread-compatible; start and restart it on the main thread.
class ChaosRedis {
 public:
  // Keeps its files under dir/redis and dir/redis.log; `append_fsync`:
  // everysec or always.
  static absl::StatusOr<std::unique_ptr<ChaosRedis>> Start(
      const std::string& dir, const std::string& append_fsync);
  ~ChaosRedis();

  std::string socket_path() const { return dir_ + "/redis.sock"; }
  std::string append_only_dir() const;

  // SIGKILL, and waits for the end. That costs data only where Redis had put
  // its writes off, which it does for up to 2 s while an fsync is under way;
  // and where an earlier power loss left a torn block that no rewrite has cured
  // yet: at the next load it swallows what was written behind it.
  RedisEnd Kill();
  // Waits until it answers; DEADLINE_EXCEEDED.
  absl::Status Restart();
  void Pause();
  void Resume();

  enum class Loss {
    kAny,
    kTorn,  // half a script is left, if there is one
    kMost,  // all that can be lost is
  };
  // SIGKILL, then cuts off what a power loss could take: of the newest part of
  // the append-only file, at most what was written in the last second.
  absl::StatusOr<RedisEnd> LosePower(std::mt19937_64* random,
                                     Loss loss = Loss::kAny);

  // On a connection of its own; UNAVAILABLE.
  absl::StatusOr<Reply> Command(const std::vector<std::string>& words);

 private:
  // Whether what it has answered may be in no file.
  bool WritesArePutOff();

  explicit ChaosRedis(std::string dir, std::string append_fsync);

  const std::string dir_;
  const std::string append_fsync_;
  std::unique_ptr<RedisProcess> process_;
  std::unique_ptr<AofGrowth> growth_;
  // Where and when the last power loss struck, until a rewrite dropped it.
  std::string torn_path_;
  absl::Time torn_at_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_CLUSTER_CHAOS_REDIS_H_
