#include "lib/redis/redis_options.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "lib/base/status_macros.h"
#include "lib/redis/redis_options_pairs.h"

namespace agent {
namespace {

// Messages name the part and the rule, never the value: a password that was
// not escaped may have ended up in any part.
absl::Status Invalid(std::string_view what) {
  return absl::InvalidArgumentError("Redis address: " + std::string(what));
}

bool Contains(std::string_view text, std::string_view part) {
  return absl::StrContains(absl::string_view(text.data(), text.size()),
                           absl::string_view(part.data(), part.size()));
}

bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::optional<int> Number(std::string_view text, int min, int max) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if (value < min || value > max) return {};
  return value;
}

absl::Status ParseDatabase(std::string_view text, RedisAddress* address) {
  const auto number = Number(text, 0, kMaxRedisDatabase);
  if (!number.has_value()) {
    return Invalid("the database must be a number from 0 to " +
                   std::to_string(kMaxRedisDatabase));
  }
  address->database = *number;
  return absl::OkStatus();
}

bool IsHostName(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
           c == '-' || c == '_';
  });
}

bool IsIpv6(std::string_view host) {
  in6_addr ignored;
  const std::string without_zone(host.substr(0, host.find('%')));
  return inet_pton(AF_INET6, without_zone.c_str(), &ignored) == 1;
}

// "host", "host:port", "[v6]", "[v6]:port"; `rest` is what follows the host.
absl::Status ParseHost(std::string_view text, RedisAddress* address) {
  std::string_view rest;
  if (ConsumePrefix(&text, "[")) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos || !IsIpv6(text.substr(0, end))) {
      return Invalid("an IPv6 address in [] is expected");
    }
    address->host = std::string(text.substr(0, end));
    rest = text.substr(end + 1);
  } else {
    const size_t end = std::min(text.find(':'), text.size());
    if (!IsHostName(text.substr(0, end))) {
      return Invalid("the host is missing or has characters it may not have");
    }
    address->host = std::string(text.substr(0, end));
    rest = text.substr(end);
  }
  if (rest.empty()) return absl::OkStatus();
  if (!ConsumePrefix(&rest, ":")) return Invalid("a port is expected after ]");
  if (Contains(rest, ":")) {
    return Invalid("an IPv6 address must stand in [], as in [::1]:6379");
  }
  const auto port = Number(rest, 1, 65535);
  if (!port.has_value()) {
    return Invalid("the port must be a number from 1 to 65535");
  }
  address->port = *port;
  return absl::OkStatus();
}

absl::Status ParseUser(std::string_view text, RedisAddress* address) {
  const size_t colon = std::min(text.find(':'), text.size());
  auto user = PercentDecoded(text.substr(0, colon));
  if (!user.has_value()) return Invalid("the user has a bad %-escape");
  address->user = *std::move(user);
  if (colon == text.size()) return absl::OkStatus();
  auto password = PercentDecoded(text.substr(colon + 1));
  if (!password.has_value()) return Invalid("the password has a bad %-escape");
  address->password = *std::move(password);
  return absl::OkStatus();
}

// [user[:password]@]host[:port][/db]
absl::Status ParseUrl(std::string_view text, RedisAddress* address) {
  const size_t slash = std::min(text.find('/'), text.size());
  if (slash + 1 < text.size()) {
    RETURN_IF_ERROR(ParseDatabase(text.substr(slash + 1), address));
  }
  text = text.substr(0, slash);
  const size_t at = text.rfind('@');
  if (at != std::string_view::npos) {
    RETURN_IF_ERROR(ParseUser(text.substr(0, at), address));
    text.remove_prefix(at + 1);
  }
  return ParseHost(text, address);
}

absl::Status ParseUnix(std::string_view text, RedisAddress* address) {
  if (text.substr(0, 1) != "/") {
    return Invalid("unix:// needs an absolute path, as in unix:///run/r.sock");
  }
  if (text.size() >= sizeof(sockaddr_un::sun_path)) {
    return Invalid("a Unix socket's path has at most 107 bytes");
  }
  if (Contains(text, std::string_view("\0", 1))) {
    return Invalid("the path has a NUL");
  }
  address->unix_path = std::string(text);
  return absl::OkStatus();
}

absl::Status ApplyPair(const RedisOptionPair& pair, RedisAddress* address) {
  switch (pair.option) {
    case RedisOption::kPassword:
      address->password = std::string(pair.value);
      return absl::OkStatus();
    case RedisOption::kUser:
      address->user = std::string(pair.value);
      return absl::OkStatus();
    case RedisOption::kSsl: {
      const std::string value = absl::AsciiStrToLower(
          absl::string_view(pair.value.data(), pair.value.size()));
      if (value != "true" && value != "false") {
        return Invalid("ssl must be true or false");
      }
      address->tls = value == "true";
      return absl::OkStatus();
    }
    case RedisOption::kDefaultDatabase:
      return ParseDatabase(pair.value, address);
    case RedisOption::kAbortConnect:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

// host[:port][,name=value]…
absl::Status ParseList(std::string_view text, RedisAddress* address) {
  const size_t comma = std::min(text.find(','), text.size());
  RETURN_IF_ERROR(ParseHost(text.substr(0, comma), address));
  if (comma == text.size()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto pairs,
                   SplitRedisOptionPairs(text.substr(comma + 1)));
  for (const RedisOptionPair& pair : pairs) {
    RETURN_IF_ERROR(ApplyPair(pair, address));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view text) {
  RedisAddress address;
  if (ConsumePrefix(&text, "unix://")) {
    RETURN_IF_ERROR(ParseUnix(text, &address));
  } else if (ConsumePrefix(&text, "rediss://")) {
    address.tls = true;
    RETURN_IF_ERROR(ParseUrl(text, &address));
  } else if (ConsumePrefix(&text, "redis://")) {
    RETURN_IF_ERROR(ParseUrl(text, &address));
  } else if (Contains(text.substr(0, text.find(',')), "://")) {
    return Invalid("the scheme must be redis, rediss or unix");
  } else {
    RETURN_IF_ERROR(ParseList(text, &address));
  }
  return address;
}

std::string Redacted(const RedisAddress& address) {
  if (!address.unix_path.empty()) return "unix://" + address.unix_path;
  const bool v6 = Contains(address.host, ":");
  return (address.tls ? "rediss://" : "redis://") +
         (v6 ? "[" + address.host + "]" : address.host) + ":" +
         std::to_string(address.port) + "/" + std::to_string(address.database);
}

}  // namespace agent
