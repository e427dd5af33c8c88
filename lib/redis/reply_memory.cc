#include "lib/redis/reply_memory.h"

#include <hiredis/hiredis.h>

#include <cstring>
#include <new>

namespace agent {
namespace {

// More is no answer to anything that we ask.
constexpr size_t kMaxElements = size_t{1} << 20;

ReplyMemory& MemoryOf(const redisReadTask* task) {
  return **static_cast<std::shared_ptr<ReplyMemory>*>(task->privdata);
}

redisReply* MakePart(const redisReadTask* task) {
  auto* part = new (MemoryOf(task).Take(sizeof(redisReply))) redisReply{};
  part->type = task->type;
  if (task->parent != nullptr) {
    auto* array = static_cast<redisReply*>(task->parent->obj);
    array->element[task->idx] = part;
  }
  return part;
}

void* MakeString(const redisReadTask* task, char* text, size_t size) {
  redisReply* part = MakePart(task);
  part->str = static_cast<char*>(MemoryOf(task).Take(size + 1));
  std::memcpy(part->str, text, size);
  part->str[size] = '\0';
  part->len = size;
  return part;
}

// `Count` is int in hiredis below 1.0, size_t from then on.
template <typename Count>
void* MakeArray(const redisReadTask* task, Count count) {
  const auto elements = static_cast<size_t>(count);
  if (elements > kMaxElements) return nullptr;  // told as out of memory
  redisReply* part = MakePart(task);
  if (elements == 0) return part;
  const size_t bytes = elements * sizeof(redisReply*);
  part->element = static_cast<redisReply**>(MemoryOf(task).Take(bytes));
  std::memset(part->element, 0, bytes);
  part->elements = elements;
  return part;
}

void* MakeInteger(const redisReadTask* task, long long value) {
  redisReply* part = MakePart(task);
  part->integer = value;
  return part;
}

// The task is still that of a string or an array.
void* MakeNil(const redisReadTask* task) {
  redisReply* part = MakePart(task);
  part->type = REDIS_REPLY_NIL;
  return part;
}

// What was made of a reply that broke off goes with the memory.
void FreePart(void*) {}

redisReplyObjectFunctions Functions() {
  redisReplyObjectFunctions functions{};
  functions.createString = MakeString;
  functions.createArray = MakeArray;
  functions.createInteger = MakeInteger;
  functions.createNil = MakeNil;
  functions.freeObject = FreePart;
  return functions;
}

}  // namespace

void UseReplyMemory(std::shared_ptr<ReplyMemory>* memory, redisReader* reader) {
  static redisReplyObjectFunctions functions = Functions();
  reader->fn = &functions;
  reader->privdata = memory;
}

}  // namespace agent
