// Many readers of Server-Sent Events, a plain socket each, that keep what came
// to themselves.
#ifndef AGENT_TESTS_BENCH_SSE_CROWD_H_
#define AGENT_TESTS_BENCH_SSE_CROWD_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace agent::bench {

// Thread-compatible. Destroying it closes all.
class SseCrowd {
 public:
  // `address`: an IPv4 address and a port.
  explicit SseCrowd(std::string address) : address_(std::move(address)) {}
  ~SseCrowd();
  SseCrowd(const SseCrowd&) = delete;
  SseCrowd& operator=(const SseCrowd&) = delete;

  // False when it could not connect.
  bool Open(const std::string& path);

  // Reads until each has received `text` once more; false when it took longer
  // than `patience`.
  bool AwaitAll(const std::string& text, absl::Duration patience);

 private:
  struct Reader {
    int fd = -1;
    std::string received;  // since the last wait
  };

  const std::string address_;
  std::vector<Reader> readers_;
};

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_SSE_CROWD_H_
