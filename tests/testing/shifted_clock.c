/* A wall clock that tests set, for programs that were not written to be tested:
 *
 *   LD_PRELOAD=libshifted_clock.so SHIFTED_CLOCK=FILE redis-server ...
 *
 * FILE holds one int64_t, the nanoseconds by which the clock is off, and may be
 * changed while the program runs. Monotonic clocks go on as they are. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t kSecond = 1000000000;

static const volatile int64_t* shift;

/* Runs before main, and before any thread. */
__attribute__((constructor)) static void OpenShift(void) {
  const char* path = getenv("SHIFTED_CLOCK");
  if (path == NULL) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) abort();
  void* page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (page == MAP_FAILED) abort();
  shift = page;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const long result = syscall(SYS_clock_gettime, clock, now);
  const int wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result != 0 || !wall || shift == NULL) return (int)result;
  const int64_t at = now->tv_sec * kSecond + now->tv_nsec + *shift;
  now->tv_sec = at / kSecond;
  now->tv_nsec = at % kSecond;
  return 0;
}

int gettimeofday(struct timeval* now, void* zone) {
  (void)zone;
  struct timespec at;
  const int result = clock_gettime(CLOCK_REALTIME, &at);
  now->tv_sec = at.tv_sec;
  now->tv_usec = at.tv_nsec / 1000;
  return result;
}

time_t time(time_t* now) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  if (now != NULL) *now = at.tv_sec;
  return at.tv_sec;
}
