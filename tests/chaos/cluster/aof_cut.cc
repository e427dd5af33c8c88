#include "tests/chaos/cluster/aof_cut.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace agent::chaos {
namespace {

// Reads "<mark><number>\r\n" at `*at`, which it moves behind it.
std::optional<int64_t> ReadNumber(std::string_view bytes, char mark,
                                  size_t* at) {
  const size_t end = bytes.find("\r\n", *at);
  if (end == std::string_view::npos || bytes[*at] != mark) return std::nullopt;
  const absl::string_view digits(bytes.data() + *at + 1, end - *at - 1);
  int64_t number = 0;
  if (!absl::SimpleAtoi(digits, &number) || number < 0) return std::nullopt;
  *at = end + 2;
  return number;
}

std::optional<AofCommand> ReadCommand(std::string_view bytes, size_t begin) {
  AofCommand command;
  size_t at = begin;
  const auto words = ReadNumber(bytes, '*', &at);
  if (!words.has_value()) return std::nullopt;
  for (int64_t word = 0; word < *words; ++word) {
    if (at >= bytes.size()) return std::nullopt;
    const auto size = ReadNumber(bytes, '$', &at);
    if (!size.has_value()) return std::nullopt;
    const size_t length = static_cast<size_t>(*size);
    if (at + length + 2 > bytes.size()) return std::nullopt;
    if (word == 0) command.name = bytes.substr(at, length);
    at += length + 2;
  }
  absl::AsciiStrToUpper(&command.name);
  command.begin = static_cast<int64_t>(begin);
  command.end = static_cast<int64_t>(at);
  return command;
}

int64_t Between(int64_t least, int64_t most, std::mt19937_64* random) {
  return std::uniform_int_distribution<int64_t>(least, most)(*random);
}

bool Toss(std::mt19937_64* random) { return Between(0, 1, random) == 1; }

// Cuts of the block that leave `floor`, at an end of a command or anywhere.
std::optional<AofCut> CutWithin(const AofBlock& block, int64_t floor,
                                std::mt19937_64* random) {
  std::vector<int64_t> boundaries = block.boundaries;
  std::erase_if(boundaries, [&](int64_t end) { return end < floor; });
  if (!boundaries.empty() && Toss(random)) {
    const int64_t last = static_cast<int64_t>(boundaries.size()) - 1;
    return AofCut{boundaries[static_cast<size_t>(Between(0, last, random))],
                  "between the commands of a block"};
  }
  const int64_t least = std::max(block.begin, floor);
  if (least >= block.end) return std::nullopt;
  return AofCut{Between(least, block.end - 1, random), "within a block"};
}

}  // namespace

std::vector<AofCommand> ParseAof(std::string_view bytes) {
  std::vector<AofCommand> commands;
  size_t at = 0;
  while (at < bytes.size()) {
    auto command = ReadCommand(bytes, at);
    if (!command.has_value()) break;
    at = static_cast<size_t>(command->end);
    commands.push_back(*std::move(command));
  }
  return commands;
}

std::vector<AofBlock> FindBlocks(const std::vector<AofCommand>& commands) {
  std::vector<AofBlock> blocks;
  bool open = false;
  for (const AofCommand& command : commands) {
    if (command.name == "MULTI") {
      blocks.push_back({command.end, command.end, {command.end}, false});
      open = true;
      continue;
    }
    if (!open) continue;
    blocks.back().end = command.end;
    blocks.back().appends |= command.name == "XADD";
    open = command.name != "EXEC";
    if (open) blocks.back().boundaries.push_back(command.end);
  }
  return blocks;
}

AofCut ChooseCut(std::string_view bytes, int64_t floor,
                 std::mt19937_64* random) {
  const int64_t size = static_cast<int64_t>(bytes.size());
  floor = std::min(floor, size);
  const AofCut anywhere{Between(floor, size, random), "anywhere"};
  if (Toss(random)) return anywhere;

  std::vector<AofBlock> blocks = FindBlocks(ParseAof(bytes));
  std::erase_if(blocks, [&](const AofBlock& b) { return b.end <= floor; });
  if (blocks.empty()) return anywhere;
  const int64_t last = static_cast<int64_t>(blocks.size()) - 1;
  const AofBlock& block = blocks[static_cast<size_t>(Between(0, last, random))];
  return CutWithin(block, floor, random).value_or(anywhere);
}

std::optional<AofCut> ChooseTear(std::string_view bytes, int64_t floor,
                                 std::mt19937_64* random) {
  std::vector<std::pair<int64_t, int64_t>> middles;  // of commands
  for (const AofBlock& block : FindBlocks(ParseAof(bytes))) {
    if (!block.appends || block.end <= floor) continue;
    for (size_t i = 1; i < block.boundaries.size(); ++i) {
      const bool last = i + 1 == block.boundaries.size();
      const int64_t begin = std::max(block.boundaries[i] + 1, floor);
      const int64_t end = (last ? block.end : block.boundaries[i + 1]) - 1;
      if (begin <= end) middles.emplace_back(begin, end);
    }
  }
  if (middles.empty()) return std::nullopt;
  const int64_t last = static_cast<int64_t>(middles.size()) - 1;
  const auto [begin, end] =
      middles[static_cast<size_t>(Between(0, last, random))];
  return AofCut{Between(begin, end, random), "in the middle of a script"};
}

}  // namespace agent::chaos
