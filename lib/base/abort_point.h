// Places in the program at which a test makes its process die or stop: between
// two steps that no fault from outside can be sure to strike between. Compiled
// only into builds with AGENT_ABORT_POINTS (see cmake/AgentAbortPoints.cmake);
// else AGENT_ABORT_POINT is nothing, not even a string.
//
//   AGENT_ABORT_POINT(after_admit, conversation_id);
//
// Environment, read at the first place that is passed:
//   AGENT_ABORT_AT=POINT[:COUNT][:pause][@CONVERSATION][,...]
// The COUNT-th passing (the first, if not told), counting only those with this
// conversation if one is told, ends the process with SIGKILL, as a crash does,
// or with `pause` stops it until SIGCONT. A setting that cannot be read aborts.
#ifndef AGENT_LIB_BASE_ABORT_POINT_H_
#define AGENT_LIB_BASE_ABORT_POINT_H_

#ifdef AGENT_ABORT_POINTS

#include <string_view>

namespace agent {

// Thread-safe.
void PassAbortPoint(std::string_view point, std::string_view conversation = "");

}  // namespace agent

#define AGENT_ABORT_POINT(point, ...) \
  ::agent::PassAbortPoint(#point __VA_OPT__(, ) __VA_ARGS__)

#else

#define AGENT_ABORT_POINT(point, ...) static_cast<void>(0)

#endif

#endif  // AGENT_LIB_BASE_ABORT_POINT_H_
