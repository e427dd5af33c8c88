#include "service/library_logs.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

#include <string>

#include "lib/base/logging.h"

namespace agent {
namespace {

void LogGrpc(gpr_log_func_args* args) {
  LogDebug("grpc", {{"severity", gpr_log_severity_string(args->severity)},
                    {"message", args->message}});
}

void LogProtobuf(google::protobuf::LogLevel level, const char* /*file*/,
                 int /*line*/, const std::string& message) {
  LogDebug("protobuf",
           {{"level", static_cast<int>(level)}, {"message", message}});
}

}  // namespace

void RouteLibraryLogs() {
  gpr_set_log_function(LogGrpc);
  google::protobuf::SetLogHandler(LogProtobuf);
}

}  // namespace agent
