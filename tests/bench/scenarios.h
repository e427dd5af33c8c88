// The scenarios: each measures one thing that docs/performance.md promises,
// next to its reference, in turns, and adds what it found to the rig's report.
#ifndef AGENT_TESTS_BENCH_SCENARIOS_H_
#define AGENT_TESTS_BENCH_SCENARIOS_H_

#include <string>
#include <vector>

#include "tests/bench/rig.h"

namespace agent::bench {

// 100 runs at full speed, a reader each, next to pipelined XADDs.
void Append(Rig& rig);
// 10,000 chunks a second over 1,000 streams: latency, next to the same without
// Redis.
void Relay(Rig& rig);
// The same, the readers being on another process than the writers.
void Replicas(Rig& rig);
// One run, 1,000 readers, next to bare gRPC.
void Fanout(Rig& rig);
// A finished answer of 10,000 chunks, read anew, next to XRANGE.
void Catchup(Rig& rig);
// From the call to the first missed chunk, by 1, 100 and 1,000 readers at once,
// next to a unary call with one Redis round trip.
void Resume(Rig& rig);
// RunAgent, next to a unary call with two Redis round trips.
void StartRun(Rig& rig);
// 10,000 open streams and nothing happening, next to bare gRPC.
void Idle(Rig& rig);
// 2,000 open streams of Server-Sent Events.
void Sse(Rig& rig);
// 200 readers that have stopped reading a fast run.
void SlowReaders(Rig& rig);
// What a chunk costs as streams, logs and conversations grow in number.
void Growth(Rig& rig);
// The samples' algorithm, re-implemented in Python, on the same Redis.
void Original(Rig& rig);

struct Scenario {
  std::string name;
  void (*measure)(Rig&);
};
std::vector<Scenario> AllScenarios();

}  // namespace agent::bench

#endif  // AGENT_TESTS_BENCH_SCENARIOS_H_
