#include "service/grpc_log.h"

#include <grpc/support/log.h>

#include "lib/base/logging.h"

namespace agent {
namespace {

void Log(gpr_log_func_args* args) {
  LogDebug("grpc", {{"severity", gpr_log_severity_string(args->severity)},
                    {"message", args->message}});
}

}  // namespace

void RouteGrpcLog() { gpr_set_log_function(Log); }

}  // namespace agent
