// Small fixed pieces of work on the path of a chunk, whose instructions are
// counted: tests/bench/instructions/check.py.
#ifndef AGENT_TESTS_BENCH_INSTRUCTIONS_KERNELS_H_
#define AGENT_TESTS_BENCH_INSTRUCTIONS_KERNELS_H_

#include <cstdint>

namespace agent::bench {

// Each handles `chunks` chunks of 40 bytes, 16 of which go together, on the
// calling thread. What stays the same however many they are is not of interest:
// two numbers are counted, and their difference is judged.

// Said by an attempt, stored by a store in memory, handed on.
void WriteRun(int64_t chunks);
// Told to 10 readers that wait at a log's tail.
void FanOut(int64_t chunks);
// Made APPEND commands of, and their replies read.
void FormatAppends(int64_t chunks);
// Read from a page that Redis sent.
void ReadPages(int64_t chunks);

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_INSTRUCTIONS_KERNELS_H_
