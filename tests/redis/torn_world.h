// A store whose writes are read back from Redis' append-only file, so that any
// prefix of them can be made all that survived, and workers that go on from
// there.
#ifndef AGENT_TESTS_REDIS_TORN_WORLD_H_
#define AGENT_TESTS_REDIS_TORN_WORLD_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/redis/aof_reader.h"
#include "tests/redis/store_fixture.h"
#include "tests/redis/torn_worker.h"

namespace agent::testing {

// What the world's server must be: its file holds every command before the
// command is answered.
RedisServerOptions TornServer();
std::string AofPath(const RedisServer& server);

class TornWorld {
 public:
  explicit TornWorld(RedisServer* server,
                     Scripts::Transform transform = WithTestClock);

  StoreParts& store() { return *store_; }
  AofReader& file() { return file_; }

  // Nothing is stored, the clock at its beginning.
  void Clear();
  void SetNow(int64_t ms);
  void Advance(absl::Duration by);
  int64_t now_ms() const { return now_ms_; }

  // What was written since the last call: by scripts and single commands, the
  // clock left out.
  std::vector<AofUnit> TakeUnits();
  Writes TakeWrites() { return Flatten(TakeUnits()); }
  // The store's keys are what these writes make of nothing.
  void Become(const std::vector<Writes>& parts);
  // After the server was restarted.
  void Reconnect();

  absl::StatusOr<Admission> Admit(const std::string& run_id);
  // Also checks, as Step does, that two do not write at a time.
  BeginOutcome Begin(const std::string& token);
  // One append of the worker's plan; false when it has nothing more to do.
  bool Step(TornWorker* worker);
  // At most `appends` of it.
  void Work(TornWorker* worker, int appends);

  std::vector<WorkHint> TakeDue();
  void Settle();
  void LookAgain(absl::Duration delay);
  void Rescan();
  void Write(const RedisCommand& command);

  // As a worker does that is alone: scans the records if Redis was restarted,
  // takes what is due, begins and works until nothing is due any more, waiting
  // for leases and back-offs. Fails the test when that does not come.
  void Drain(bool restarted);

 private:
  void LookAt();
  void OnBegun(const RunAssignment& run);
  void OnStored(const AppendRequest& request);

  RedisServer* const server_;
  const Scripts::Transform transform_;
  AofReader file_;
  std::unique_ptr<StoreParts> store_;
  int64_t now_ms_ = 0;
  int tokens_ = 0;
  // By run: whose token it is, as far as BEGIN and APPEND have answered.
  std::map<std::string, std::string> owners_;
};

inline constexpr int kWholePlan = 100;

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_TORN_WORLD_H_
