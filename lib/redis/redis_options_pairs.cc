#include "lib/redis/redis_options_pairs.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"

namespace agent {
namespace {

constexpr size_t kMaxNameBytes = 40;

struct KnownOption {
  std::string_view name;
  RedisOption option;
};
constexpr KnownOption kOptions[] = {
    {"password", RedisOption::kPassword},
    {"user", RedisOption::kUser},
    {"ssl", RedisOption::kSsl},
    {"defaultdatabase", RedisOption::kDefaultDatabase},
    {"abortconnect", RedisOption::kAbortConnect},
};

// Other options of such connection strings elsewhere: no secret looks so.
constexpr std::string_view kForeignOptions[] = {
    "allowadmin",
    "asynctimeout",
    "channelprefix",
    "configchannel",
    "connectretry",
    "connecttimeout",
    "keepalive",
    "name",
    "proxy",
    "resolvedns",
    "servicename",
    "sslhost",
    "sslprotocols",
    "synctimeout",
    "tiebreaker",
    "version",
    "checkcertificaterevocation",
    "writebuffer",
    "highintegrity",
    "protocol",
};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string Lower(std::string_view text) {
  return absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
}

std::optional<RedisOption> Find(std::string_view name) {
  const std::string lower = Lower(name);
  for (const KnownOption& known : kOptions) {
    if (known.name == lower) return known.option;
  }
  return std::nullopt;
}

bool MayBeShown(std::string_view name, bool after_password) {
  const std::string lower = Lower(name);
  if (std::find(std::begin(kForeignOptions), std::end(kForeignOptions),
                lower) != std::end(kForeignOptions)) {
    return true;
  }
  return !after_password && name.size() <= kMaxNameBytes &&
         std::all_of(lower.begin(), lower.end(),
                     [](char c) { return c >= 'a' && c <= 'z'; });
}

absl::Status Unknown(std::string_view name, size_t index, bool after_password) {
  const std::string what =
      MayBeShown(name, after_password)
          ? "option \"" + std::string(name) + "\""
          : "option " + std::to_string(index) + " after the host";
  return absl::InvalidArgumentError(
      "Redis address: " + what +
      " is not known; there are password, user, ssl and defaultDatabase");
}

}  // namespace

absl::StatusOr<std::vector<RedisOptionPair>> SplitRedisOptionPairs(
    std::string_view text) {
  std::vector<RedisOptionPair> pairs;
  bool after_password = false;
  for (size_t index = 1;; ++index) {
    const size_t comma = text.find(',');
    const std::string_view part = Trimmed(text.substr(0, comma));
    const size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return absl::InvalidArgumentError(
          "Redis address: option " + std::to_string(index) +
          " after the host is not of the form name=value");
    }
    const std::string_view name = Trimmed(part.substr(0, equals));
    const auto option = Find(name);
    if (!option.has_value()) return Unknown(name, index, after_password);
    after_password |= *option == RedisOption::kPassword;
    pairs.push_back({*option, Trimmed(part.substr(equals + 1))});
    if (comma == std::string_view::npos) return pairs;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace agent
