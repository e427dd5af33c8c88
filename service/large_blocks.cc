#include "service/large_blocks.h"

#include <cstdlib>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace agent {
namespace {

// Larger than what each chunk and each write needs: these stay cheap.
[[maybe_unused]] constexpr int kLargeBytes = 512 << 10;

}  // namespace

void ReturnLargeBlocks() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
#endif
}

}  // namespace agent
