#include "tests/chaos/driver/agent_mix.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace agent::chaos {

const char kEveryAgent[] =
    "Steady*6 pieces=60 delay_us=10000;"
    "Steady*1 pieces=1500 delay_us=300;"
    "Shifting*8 pieces=90 delay_us=10000;"
    "Stepper*12 pieces=100 delay_us=10000 steps=4;"
    "Flaky*2 pieces=30 delay_us=5000 fail=1;"
    "Flaky*1 pieces=20 delay_us=5000 refuse=1;"
    "Poison*1 pieces=40 delay_us=5000 kill=1";

namespace {

absl::StatusOr<AgentShare> ParseShare(const std::string& text) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(text, absl::MaxSplits(' ', 1));
  const std::pair<std::string, std::string> who =
      absl::StrSplit(parts.first, absl::MaxSplits('*', 1));
  AgentShare share;
  share.agent = who.first;
  if (!who.second.empty() &&
      (!absl::SimpleAtoi(who.second, &share.weight) || share.weight < 1)) {
    return absl::InvalidArgumentError("not a weight: " + who.second);
  }
  auto plan = ParseRunPlan(parts.second);
  if (!plan.ok()) return plan.status();
  share.plan = *plan;
  return share;
}

}  // namespace

absl::StatusOr<std::vector<AgentShare>> ParseAgentMix(const std::string& text) {
  std::vector<AgentShare> mix;
  for (const absl::string_view part :
       absl::StrSplit(text, ';', absl::SkipWhitespace())) {
    auto share = ParseShare(std::string(absl::StripAsciiWhitespace(part)));
    if (!share.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", part, "\": ", share.status().message()));
    }
    mix.push_back(*std::move(share));
  }
  if (mix.empty()) return absl::InvalidArgumentError("no agents");
  return mix;
}

}  // namespace agent::chaos
