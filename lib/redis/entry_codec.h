// Log entries as Redis holds them, flat fields, and as the domain does; see
// "Log entries" in docs/protocol.md.
#ifndef AGENT_LIB_REDIS_ENTRY_CODEC_H_
#define AGENT_LIB_REDIS_ENTRY_CODEC_H_

#include <string>
#include <vector>

#include "lib/log/chunk.h"
#include "lib/redis/reply.h"

namespace agent {

// What the scripts add to an entry's common fields (sequence, timestamp, run,
// attempt): its text and the fields of its kind, names and values in turn.
struct EntryFields {
  std::string text;
  std::vector<std::string> fields;
};

EntryFields EncodeContent(const ChunkContent& content);

// `entry` is one of XRANGE's: the id and its fields. Total: entries of other
// programs, and nonsense, are read as far as they make sense; texts come out as
// valid UTF-8. An entry without `run` is another program's: `error` ends it as
// failed, `done` = `true` as completed.
Chunk DecodeEntry(ReplyView entry);

}  // namespace agent

#endif  // AGENT_LIB_REDIS_ENTRY_CODEC_H_
