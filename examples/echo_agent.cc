#include "examples/echo_agent.h"

#include <algorithm>
#include <string_view>

#include "absl/time/time.h"
#include "lib/base/status_macros.h"

namespace agent {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(30);

}  // namespace

absl::Status EchoAgent::Run(RunContext& context) {
  const RunInput& input = context.input();
  RETURN_IF_ERROR(context.Say("You said: "));
  for (std::string_view rest = input.message; !rest.empty();) {
    const size_t size = std::min(rest.find(' '), rest.size() - 1) + 1;
    // An error here is the context's: the run must stop.
    RETURN_IF_ERROR(context.Sleep(kPause));
    RETURN_IF_ERROR(context.Say(rest.substr(0, size)));
    rest.remove_prefix(size);
  }
  return context.Say("\n(" + std::to_string(input.history.size()) +
                     " messages came before.)\n");
}

}  // namespace agent
