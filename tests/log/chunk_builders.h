// Chunks and pages for tests of reading, in a few words.
#ifndef AGENT_TESTS_LOG_CHUNK_BUILDERS_H_
#define AGENT_TESTS_LOG_CHUNK_BUILDERS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/log/chunk.h"
#include "lib/log/response_log.h"

namespace agent::testing {

// Time 0 of the logs in tests.
inline constexpr uint64_t kStartMs = 1'700'000'000'000;

// The id of number `n`, written `ms` after time 0.
inline StreamId Id(int64_t n, int attempt = 1, int64_t ms = -1) {
  const auto offset = static_cast<uint64_t>(ms < 0 ? n : ms);
  return {kStartMs + offset,
          static_cast<uint64_t>(n) * 1000 + static_cast<uint64_t>(attempt)};
}

inline ChunkPtr MakeChunk(StreamId id, ChunkContent content,
                          std::string run = "run-1") {
  auto chunk = std::make_shared<Chunk>();
  chunk->id = id;
  chunk->attempt = run.empty() ? 0 : id.attempt();
  chunk->run_id = std::move(run);
  chunk->content = std::move(content);
  return chunk;
}

inline ChunkPtr Text(StreamId id, std::string run = "run-1") {
  return MakeChunk(id, TextPiece{"piece " + id.ToString()}, std::move(run));
}
inline ChunkPtr Attempt(StreamId id, std::string run = "run-1") {
  return MakeChunk(id, AttemptStarted{}, std::move(run));
}
inline ChunkPtr Completed(StreamId id, std::string run = "run-1") {
  return MakeChunk(id, RunCompleted{}, std::move(run));
}
// Written by another program: ids say nothing, no run.
inline ChunkPtr Foreign(int64_t ms) {
  return Text({kStartMs + static_cast<uint64_t>(ms), 0}, "");
}
inline ChunkPtr ForeignEnd(int64_t ms) {
  return Completed({kStartMs + static_cast<uint64_t>(ms), 0}, "");
}

// A page of a conversation with a record of `record_number` entries, whose log
// keeps `kept`, read after `after`.
inline LogPage MakePage(int64_t record_number, std::vector<ChunkPtr> kept,
                        StreamId after) {
  LogPage page;
  page.record_exists = true;
  page.record_number = record_number;
  page.now_ms = static_cast<int64_t>(kStartMs) + 10'000;
  page.log_exists = !kept.empty();
  if (kept.empty()) return page;
  page.first_id = kept.front()->id;
  page.last_id = kept.back()->id;
  page.record_last = page.last_id;
  for (ChunkPtr& entry : kept) {
    if (entry->id == after) {
      page.cursor_exists = true;
      page.cursor_terminal = entry->IsTerminal();
    }
    if (entry->id > after) page.entries.push_back(std::move(entry));
  }
  return page;
}

}  // namespace agent::testing

#endif  // AGENT_TESTS_LOG_CHUNK_BUILDERS_H_
