#include "tests/chaos/node/flaw.h"

#include <array>
#include <utility>

namespace agent::chaos {
namespace {

constexpr std::array<std::pair<Flaw, const char*>, 5> kNames = {{
    {Flaw::kNone, "none"},
    {Flaw::kOriginal, "original"},
    {Flaw::kNoToken, "no_token"},
    {Flaw::kRecordFirst, "record_first"},
    {Flaw::kNoSweeper, "no_sweeper"},
}};

}  // namespace

std::string FlawName(Flaw flaw) {
  for (const auto& [value, name] : kNames) {
    if (value == flaw) return name;
  }
  return "";
}

absl::StatusOr<Flaw> ParseFlaw(std::string_view name) {
  std::string all;
  for (const auto& [value, known] : kNames) {
    if (name == known) return value;
    all += std::string(all.empty() ? "" : ", ") + known;
  }
  return absl::InvalidArgumentError("--flaw=" + std::string(name) +
                                    ": must be one of " + all);
}

}  // namespace agent::chaos
