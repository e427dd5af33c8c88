#include "service/file_limit.h"

#include <sys/resource.h>

#include <algorithm>

#include "lib/base/logging.h"

namespace agent {
namespace {

// Beyond any number of clients; some systems allow a thousand times that, and
// programs that we start may walk through all of it.
constexpr rlim_t kEnough = rlim_t{1} << 20;

}  // namespace

void RaiseFileLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = std::max(files.rlim_cur, std::min(files.rlim_max, kEnough));
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
    LogWarning("the limit of open files cannot be raised");
  }
}

}  // namespace agent
