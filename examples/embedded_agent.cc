// Embeds the runtime with an agent of its own, sends it a message or two in one
// conversation, and reads the answers out of the log:
//
//   embedded_agent [--redis=ADDRESS] [MESSAGE]...
//
// Without an address it starts a private redis-server and throws its files
// away at the end. Exit status: 0 all runs completed, 1 something failed.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "examples/echo_agent.h"
#include "examples/embedded_runtime.h"
#include "examples/printing_callback.h"
#include "lib/base/logging.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"

namespace agent {
namespace {

struct Arguments {
  std::string redis;
  std::vector<std::string> messages;
};

Arguments Parse(int argc, char** argv) {
  constexpr std::string_view kRedis = "--redis=";
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.substr(0, kRedis.size()) == kRedis) {
      arguments.redis = argument.substr(kRedis.size());
    } else {
      arguments.messages.emplace_back(argument);
    }
  }
  if (arguments.messages.empty()) {
    arguments.messages = {"Hello there!", "And hello again."};
  }
  return arguments;
}

// Prints what a chunk says; true if it says that the run completed.
bool Print(const Chunk& chunk) {
  if (const auto* piece = std::get_if<TextPiece>(&chunk.content)) {
    std::fputs(piece->text.c_str(), stdout);
    std::fflush(stdout);
  } else if (const auto* failed = std::get_if<RunFailed>(&chunk.content)) {
    std::printf("failed: %s\n", failed->message.c_str());
  }
  return std::holds_alternative<RunCompleted>(chunk.content);
}

absl::Status Talk(const Arguments& arguments, const std::string& data_dir) {
  PrintingCallback callback;
  ASSIGN_OR_RETURN(
      const std::unique_ptr<EmbeddedRuntime> runtime,
      EmbeddedRuntime::Start(arguments.redis, data_dir,
                             {std::make_shared<EchoAgent>()}, &callback));
  const std::string conversation_id = RandomId();
  for (const std::string& message : arguments.messages) {
    // The store knows agents in lower case.
    ASSIGN_OR_RETURN(const std::string run_id,
                     runtime->Send(conversation_id, "echo", message));
    bool completed = false;
    RETURN_IF_ERROR(runtime->Read(
        conversation_id, run_id,
        [&](const Chunk& chunk) { completed = Print(chunk) || completed; }));
    if (!completed) return absl::UnknownError("the run did not complete");
  }
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  ConfigureLogging(LogFormat::kText, LogLevel::kWarning);
  const std::filesystem::path data_dir =
      std::filesystem::temp_directory_path() / ("embedded-agent-" + RandomId());
  const absl::Status status = Talk(Parse(argc, argv), data_dir.string());
  std::error_code ignored;
  std::filesystem::remove_all(data_dir, ignored);
  if (status.ok()) return EXIT_SUCCESS;
  const std::string message(status.message());
  std::fprintf(stderr, "embedded_agent: %s\n", message.c_str());
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace agent

int main(int argc, char** argv) { return agent::Main(argc, argv); }
