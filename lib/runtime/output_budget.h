// How much a run may say in all, what stands of earlier attempts included.
#ifndef AGENT_LIB_RUNTIME_OUTPUT_BUDGET_H_
#define AGENT_LIB_RUNTIME_OUTPUT_BUDGET_H_

#include <cstdint>

#include "absl/status/status.h"
#include "lib/log/chunk.h"
#include "lib/log/limits.h"
#include "lib/log/run.h"

namespace agent {

// Thread-compatible.
class OutputBudget {
 public:
  OutputBudget(const RunAssignment& assignment, const RunLimits& limits);

  // Counts a chunk, or refuses it: RunError OUTPUT_TOO_LARGE, which is final.
  absl::Status Spend(const ChunkContent& content);

 private:
  const int64_t max_bytes_;
  const int64_t max_chunks_;
  int64_t bytes_;
  int64_t chunks_;
};

}  // namespace agent

#endif  // AGENT_LIB_RUNTIME_OUTPUT_BUDGET_H_
