// Early return on an error. The names are those of the wider Abseil world.
#ifndef AGENT_LIB_BASE_STATUS_MACROS_H_
#define AGENT_LIB_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define AGENT_CONCAT_INNER_(a, b) a##b
#define AGENT_CONCAT_(a, b) AGENT_CONCAT_INNER_(a, b)

#define RETURN_IF_ERROR(expr)                                       \
  do {                                                              \
    if (absl::Status agent_status_ = (expr); !agent_status_.ok()) { \
      return agent_status_;                                         \
    }                                                               \
  } while (false)

#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL_(AGENT_CONCAT_(agent_result_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL_(result, lhs, expr) \
  auto result = (expr);                           \
  if (!result.ok()) return result.status();       \
  lhs = *std::move(result)

#endif  // AGENT_LIB_BASE_STATUS_MACROS_H_
