// A bench-node process: started, watched, stopped.
#ifndef AGENT_TESTS_BENCH_BENCH_PROCESS_H_
#define AGENT_TESTS_BENCH_BENCH_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace agent::bench {

// Of any process, from /proc; 0 if it is gone.
int64_t ResidentBytes(pid_t pid);
double CpuSeconds(pid_t pid);

// Thread-compatible. Start it on the main thread: it ends with the thread that
// started it. Destroying it ends it with SIGTERM, and waits.
class BenchProcess {
 public:
  // Returns once it has told its address in `log_path`. DEADLINE_EXCEEDED with
  // the log's text if it does not within ten seconds.
  static absl::StatusOr<std::unique_ptr<BenchProcess>> Start(
      const std::string& program, const std::vector<std::string>& arguments,
      const std::string& log_path);
  ~BenchProcess();
  BenchProcess(const BenchProcess&) = delete;
  BenchProcess& operator=(const BenchProcess&) = delete;

  const std::string& address() const { return address_; }
  // Where it serves HTTP; "" if it does not.
  const std::string& http_address() const { return http_address_; }
  pid_t pid() const { return pid_; }

 private:
  explicit BenchProcess(pid_t pid) : pid_(pid) {}

  const pid_t pid_;
  std::string address_;
  std::string http_address_;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_BENCH_PROCESS_H_
