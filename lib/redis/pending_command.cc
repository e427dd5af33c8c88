#include "lib/redis/pending_command.h"

#include <hiredis/hiredis.h>

#include <vector>

namespace agent {

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
