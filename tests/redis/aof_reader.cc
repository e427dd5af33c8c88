#include "tests/redis/aof_reader.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

namespace agent::testing {
namespace {

// A number behind `mark`, up to the end of its line.
std::optional<size_t> Number(std::string_view bytes, char mark, size_t* at) {
  const size_t end = bytes.find("\r\n", *at);
  if (end == std::string_view::npos || bytes[*at] != mark) return std::nullopt;
  const std::string digits(bytes.substr(*at + 1, end - *at - 1));
  *at = end + 2;
  return std::strtoull(digits.c_str(), nullptr, 10);
}

// The command at `at`, which moves behind it; none if it is not all there.
std::optional<RedisCommand> Command(std::string_view bytes, size_t* at) {
  size_t next = *at;
  const auto count = Number(bytes, '*', &next);
  if (!count.has_value()) return std::nullopt;
  RedisCommand command;
  for (size_t i = 0; i < *count; ++i) {
    const auto size = Number(bytes, '$', &next);
    if (!size.has_value() || next + *size + 2 > bytes.size()) {
      return std::nullopt;
    }
    command.emplace_back(bytes.substr(next, *size));
    next += *size + 2;
  }
  *at = next;
  return command;
}

}  // namespace

std::vector<AofUnit> ParseAof(std::string_view bytes, size_t offset) {
  std::vector<AofUnit> units;
  AofUnit unit;
  size_t at = 0;
  while (at < bytes.size()) {
    if (!unit.in_block) unit.begin = offset + at;
    auto command = Command(bytes, &at);
    if (!command.has_value()) break;
    const std::string& name = (*command)[0];
    if (name == "SELECT") continue;
    if (name == "MULTI") {
      unit.in_block = true;
      continue;
    }
    if (name != "EXEC") {
      unit.writes.push_back(*std::move(command));
      unit.ends.push_back(offset + at);
      if (unit.in_block) continue;
    }
    unit.end = offset + at;
    units.push_back(std::exchange(unit, AofUnit()));
  }
  return units;
}

Writes Flatten(const std::vector<AofUnit>& units) {
  Writes writes;
  for (const AofUnit& unit : units) {
    writes.insert(writes.end(), unit.writes.begin(), unit.writes.end());
  }
  return writes;
}

bool TellsMore(const Writes& writes, size_t length) {
  if (length == 0 || length == writes.size()) return true;
  const RedisCommand& last = writes[length - 1];
  if (last[1].starts_with("agent-wake")) return false;
  if (last[1].starts_with("agent-conversations")) return false;
  return last[0] != "PEXPIREAT" || length < 2 ||
         writes[length - 2][0] != "PEXPIREAT";
}

std::vector<AofUnit> AofReader::ReadOn() {
  std::ifstream file(path_, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset_));
  const std::string bytes((std::istreambuf_iterator<char>(file)),
                          std::istreambuf_iterator<char>());
  auto units = ParseAof(bytes, offset_);
  offset_ += bytes.size();
  return units;
}

void AofReader::SkipToEnd() { offset_ = std::filesystem::file_size(path_); }

}  // namespace agent::testing
