#include "lib/redis/pending_command.h"

#include <charconv>
#include <vector>

namespace agent {
namespace {

// `*<count>\r\n` or `$<size>\r\n`, at most.
constexpr size_t kHeadBytes = 1 + 20 + 2;

// hiredis would print each number with sprintf: half of what a command costs.
void AppendHead(char kind, size_t number, std::string* bytes) {
  char head[kHeadBytes] = {kind};
  char* end = std::to_chars(head + 1, head + kHeadBytes - 2, number).ptr;
  *end++ = '\r';
  *end++ = '\n';
  bytes->append(head, static_cast<size_t>(end - head));
}

// `$<size>\r\n<word>\r\n`, after `*<count>\r\n`.
RedisCommand WordsOf(std::string_view wire) {
  RedisCommand words;
  size_t at = wire.find('\n') + 1;
  while (at < wire.size()) {
    size_t size = 0;
    const size_t begin = wire.find('\n', at) + 1;
    std::from_chars(wire.data() + at + 1, wire.data() + wire.size(), size);
    words.emplace_back(wire.substr(begin, size));
    at = begin + size + 2;
  }
  return words;
}

}  // namespace

EncodedCommand::EncodedCommand(const RedisCommand& command) {
  size_t size = kHeadBytes;
  for (const std::string& word : command) size += kHeadBytes + word.size() + 2;
  bytes_.reserve(size);
  AppendHead('*', command.size(), &bytes_);
  for (const std::string& word : command) {
    AppendHead('$', word.size(), &bytes_);
    bytes_.append(word).append("\r\n");
  }
}

EncodedCommand EncodedCommand::WithSource(const LuaScript& script) const {
  RedisCommand words = WordsOf(bytes());
  words[0] = "EVAL";
  words[1] = script.source();
  return EncodedCommand(words);
}

bool CommandBudget::Take(size_t bytes) {
  if (commands_.fetch_add(1) >= max_commands_) {
    commands_.fetch_sub(1);
    return false;
  }
  if (bytes_.fetch_add(bytes) + bytes > max_bytes_) {
    Give(bytes);
    return false;
  }
  return true;
}

void CommandBudget::Give(size_t bytes) {
  commands_.fetch_sub(1);
  bytes_.fetch_sub(bytes);
}

}  // namespace agent
