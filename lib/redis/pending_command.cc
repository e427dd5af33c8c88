#include "lib/redis/pending_command.h"

#include <hiredis/hiredis.h>

#include <charconv>
#include <vector>

namespace agent {
namespace {

// `$<size>\r\n<word>\r\n`, after `*<count>\r\n`: what hiredis made.
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
  std::vector<const char*> words;
  std::vector<size_t> sizes;
  words.reserve(command.size());
  sizes.reserve(command.size());
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* text = nullptr;
  const auto size = redisFormatCommandArgv(
      &text, static_cast<int>(command.size()), words.data(), sizes.data());
  if (size <= 0) return;
  text_.reset(text);
  size_ = static_cast<size_t>(size);
}

EncodedCommand EncodedCommand::WithSource(const LuaScript& script) const {
  RedisCommand words = WordsOf(bytes());
  words[0] = "EVAL";
  words[1] = script.source();
  return EncodedCommand(words);
}

void EncodedCommand::Deleter::operator()(char* text) const {
  redisFreeCommand(text);
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
