#include "service/file_limit.h"

#include <sys/resource.h>

#include "lib/base/logging.h"

namespace agent {

void RaiseFileLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
    LogWarning("the limit of open files cannot be raised");
  }
}

}  // namespace agent
