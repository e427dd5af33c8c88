#include "service/setting_values.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace agent {
namespace {

constexpr char kUnixPrefix[] = "unix:";
// What a socket's address holds (sun_path), its NUL left out.
constexpr size_t kMaxUnixPath = 107;
// A year of minutes: far beyond every sensible log.
constexpr int64_t kMaxMinutes = 366 * 24 * 60;

std::optional<std::string> HostOf(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  const std::string host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  int number = -1;
  if (port.empty() ||
      !absl::ascii_isdigit(static_cast<unsigned char>(port[0])) ||
      !absl::SimpleAtoi(port, &number) || number > 65535) {
    return std::nullopt;
  }
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (!bracketed && host.find_first_of(":[] /") != std::string::npos) {
    return std::nullopt;
  }
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

bool IsHostName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
           c == '-' || c == '_';
  });
}

// scheme://host[:port], as a browser says it: nothing after it.
bool IsOrigin(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "http://") &&
      !absl::ConsumePrefix(&text, "https://")) {
    return false;
  }
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos) return IsHostName(text);
  return IsHostName(text.substr(0, colon)) &&
         absl::SimpleAtoi(text.substr(colon + 1), &port) && port > 0;
}

// The parts of a list that all pass `good`, in lower case.
std::optional<std::vector<std::string>> ParseList(
    const std::string& text, bool (*good)(absl::string_view)) {
  std::vector<std::string> parts =
      absl::StrSplit(absl::AsciiStrToLower(text), ',', absl::SkipWhitespace());
  for (std::string& part : parts) {
    absl::StripAsciiWhitespace(&part);
    if (!good(part)) return std::nullopt;
  }
  return parts;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseHostList(
    const std::string& text) {
  auto hosts = ParseList(text, IsHostName);
  if (hosts.has_value()) return *std::move(hosts);
  return absl::InvalidArgumentError("host names with commas between");
}

absl::StatusOr<std::vector<std::string>> ParseOriginList(
    const std::string& text) {
  auto origins = ParseList(text, IsOrigin);
  if (origins.has_value()) return *std::move(origins);
  return absl::InvalidArgumentError(
      "origins such as https://app.example.org, with commas between");
}

absl::StatusOr<bool> ParseBool(const std::string& text) {
  bool value = false;
  if (absl::SimpleAtob(text, &value)) return value;
  return absl::InvalidArgumentError("true or false");
}

absl::StatusOr<int64_t> ParseCount(const std::string& text, int64_t min,
                                   int64_t max) {
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value) && value >= min && value <= max) {
    return value;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a number from ", min, " to ", max));
}

absl::StatusOr<int64_t> ParseBytes(const std::string& text, int64_t min,
                                   int64_t max) {
  constexpr std::pair<const char*, int64_t> kUnits[] = {
      {"KiB", int64_t{1} << 10},
      {"MiB", int64_t{1} << 20},
      {"GiB", int64_t{1} << 30}};
  std::string digits = text;
  int64_t unit = 1;
  for (const auto& [name, bytes] : kUnits) {
    if (!absl::EndsWith(text, name)) continue;
    digits = text.substr(0, text.size() - 3);
    unit = bytes;
  }
  const auto count = ParseCount(digits, 0, max / unit);
  if (count.ok() && *count * unit >= min) return *count * unit;
  return absl::InvalidArgumentError(
      absl::StrCat("bytes from ", min, " to ", max, ", such as 256KiB"));
}

absl::StatusOr<absl::Duration> ParseDurationValue(const std::string& text,
                                                  absl::Duration min,
                                                  absl::Duration max) {
  absl::Duration value;
  if (absl::ParseDuration(text, &value) && value >= min && value <= max) {
    return value;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("a duration from ", absl::FormatDuration(min), " to ",
                   absl::FormatDuration(max), ", such as 15s or 10m"));
}

absl::StatusOr<absl::Duration> ParseMinutes(const std::string& text) {
  auto minutes = ParseCount(text, 1, kMaxMinutes);
  if (minutes.ok()) return absl::Minutes(*minutes);
  return absl::InvalidArgumentError(
      absl::StrCat("minutes from 1 to ", kMaxMinutes));
}

absl::Status CheckListenAddress(const std::string& text, bool unix_allowed) {
  if (unix_allowed && absl::StartsWith(text, kUnixPrefix)) {
    const size_t length = text.size() - (sizeof(kUnixPrefix) - 1);
    if (length > 0 && length <= kMaxUnixPath) return absl::OkStatus();
  } else if (HostOf(text).has_value()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      unix_allowed
          ? "host:port with a port from 0 to 65535, or unix:PATH (at most 107 "
            "bytes)"
          : "host:port with a port from 0 to 65535");
}

bool IsLocalAddress(const std::string& text) {
  if (absl::StartsWith(text, kUnixPrefix)) return true;
  const std::string host = HostOf(text).value_or("");
  if (absl::EqualsIgnoreCase(host, "localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    return (ntohl(v4.s_addr) >> 24) == 127;
  }
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace agent
