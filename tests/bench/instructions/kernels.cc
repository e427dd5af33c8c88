#include "tests/bench/instructions/kernels.h"

#include <hiredis/hiredis.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/log/log_reader.h"
#include "lib/log/tail_hub.h"
#include "lib/redis/entry_codec.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/lease_codec.h"
#include "lib/redis/pending_command.h"
#include "lib/redis/reply_memory.h"
#include "lib/runtime/response_writer.h"
#include "tests/bench/instructions/still_store.h"

namespace agent::bench {
namespace {

constexpr int64_t kTogether = 16;
constexpr int kReaders = 10;
constexpr char kConversation[] = "bench-0123456789abcdef0123456789abcdef";
constexpr char kRun[] = "0123456789abcdef0123456789abcdef";
constexpr char kText[] = "a piece of an answer, of forty bytes ...";

// A kernel that does not do its work would count well.
void Expect(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "instruction-load: %s\n", what);
  std::exit(EXIT_FAILURE);
}

ChunkPtr NewChunk(int64_t number) {
  auto chunk = std::make_shared<Chunk>();
  chunk->id = {1734649123456, static_cast<uint64_t>(number) * 1000 + 1};
  chunk->run_id = kRun;
  chunk->sequence = number - 1;
  chunk->attempt = 1;
  chunk->create_time_ms = 1734649123456;
  chunk->content = TextPiece{kText};
  return chunk;
}

// A conversation that is there and in which nothing was written yet.
class EmptyLog final : public ResponseLog, public WakeSource {
 public:
  void ReadPage(LogPageRequest, Callback<LogPage> done) override {
    LogPage page;
    page.record_exists = true;
    page.run_active = true;
    std::move(done)(std::move(page));
  }
  void ReadPositions(std::vector<std::string> ids,
                     Callback<std::vector<LogPosition>> done) override {
    std::move(done)(std::vector<LogPosition>(ids.size()));
  }
  void SetListener(WakeListener*) override {}
  void Watch(std::string) override {}
  void Unwatch(std::string) override {}
};

// Takes whatever comes.
struct Taker {
  std::shared_ptr<LogReader> reader;
  int64_t taken = 0;

  void Take() {
    reader->Next([this](const absl::StatusOr<ReadBatch>& batch) {
      if (!batch.ok()) return;
      taken += static_cast<int64_t>(batch->chunks.size());
      Take();
    });
  }
};

// Reads replies as a connection does.
class Replies {
 public:
  Replies() { UseReplyMemory(&memory_, reader_.get()); }

  Reply Parse(const std::string& bytes) {
    void* reply = nullptr;
    redisReaderFeed(reader_.get(), bytes.data(), bytes.size());
    Expect(redisReaderGetReply(reader_.get(), &reply) == REDIS_OK &&
               reply != nullptr,
           "a reply was not read");
    auto memory = std::exchange(memory_, std::make_shared<ReplyMemory>());
    return Reply(std::shared_ptr<const redisReply>(
        std::move(memory), static_cast<redisReply*>(reply)));
  }

 private:
  std::shared_ptr<ReplyMemory> memory_ = std::make_shared<ReplyMemory>();
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_{
      redisReaderCreate(), redisReaderFree};
};

std::string Bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

std::string Array(const std::vector<std::string>& parts) {
  std::string bytes = "*" + std::to_string(parts.size()) + "\r\n";
  for (const std::string& part : parts) bytes += part;
  return bytes;
}

}  // namespace

void WriteRun(int64_t chunks) {
  TimerQueue timers;
  StillStore store;
  int64_t handed_on = 0;
  RunAssignment assignment;
  assignment.conversation_id = kConversation;
  assignment.run_id = kRun;
  assignment.attempt = 1;
  const auto writer = ResponseWriter::Start(
      assignment, std::chrono::steady_clock::now(), RunLimits{},
      {&store, &timers, StopSignal::Create()},
      StoredFeed(
          assignment,
          [&](std::string_view, const std::vector<ChunkPtr>& stored) {
            handed_on += static_cast<int64_t>(stored.size());
          },
          nullptr));
  for (int64_t i = 1; i <= chunks; ++i) {
    Expect(writer->Add(TextPiece{kText}).ok(), "a chunk was refused");
    if (i % kTogether == 0) store.Answer();
  }
  while (store.pending()) store.Answer();
  writer->Close();
  Expect(handed_on == chunks + 1, "not all chunks were handed on");
}

void FanOut(int64_t chunks) {
  TimerQueue timers;
  EmptyLog log;
  const auto hub = TailHub::Create(&log, &log, &timers, TailLimits{});
  ReadRequest request;
  request.conversation.conversation_id = kConversation;
  request.cursor = StreamId{};
  request.follow = true;
  std::vector<Taker> readers(kReaders);
  for (Taker& taker : readers) {
    taker.reader =
        LogReader::Create(hub.get(), &timers, request, ReaderOptions{});
    taker.Take();
  }
  std::vector<ChunkPtr> stored;
  for (int64_t i = 1; i <= chunks; ++i) {
    stored.push_back(NewChunk(i));
    if (i % kTogether == 0) {
      hub->OnStored(kConversation, std::exchange(stored, {}));
    }
  }
  for (Taker& taker : readers) {
    Expect(taker.taken == chunks, "not all readers were told all");
    taker.reader->Cancel();
  }
}

void FormatAppends(int64_t chunks) {
  Replies replies;
  const std::string answer =
      Array({Bulk("OK"), Bulk("1016"), Bulk("0"), Bulk("1734649123456-1016001"),
             Bulk("16"), Bulk("1734649123456"), Bulk("0"), Bulk("agent")});
  for (int64_t i = 0; i < chunks; i += kTogether) {
    AppendRequest request;
    request.conversation_id = kConversation;
    request.run_id = kRun;
    request.attempt = 1;
    request.token = kRun;
    request.sequence = i;
    for (int64_t k = 0; k < kTogether; ++k) {
      request.chunks.emplace_back(TextPiece{kText});
    }
    RedisCommand command = keys::OfConversation(request.conversation_id);
    for (std::string& word : EncodeAppend(RunLimits{}, request)) {
      command.push_back(std::move(word));
    }
    Expect(!EncodedCommand(command).bytes().empty(), "nothing was encoded");
    const auto outcome = DecodeAppend(replies.Parse(answer).view());
    Expect(outcome.ok() && outcome->outcome.written == kTogether,
           "an answer was not understood");
  }
}

void ReadPages(int64_t chunks) {
  Replies replies;
  std::vector<std::string> entries;
  for (int64_t i = 0; i < kTogether; ++i) {
    const std::string fields =
        Array({Bulk("text"), Bulk(kText), Bulk("sequence"), Bulk("1016"),
               Bulk("timestamp"), Bulk("1734649123456"), Bulk("run"),
               Bulk(kRun), Bulk("attempt"), Bulk("1")});
    entries.push_back(Array({Bulk("1734649123456-1016001"), fields}));
  }
  const std::string page = Array(entries);
  for (int64_t i = 0; i < chunks; i += kTogether) {
    const Reply reply = replies.Parse(page);
    for (size_t k = 0; k < reply.view().size(); ++k) {
      const auto chunk = std::make_shared<const Chunk>(DecodeEntry(reply[k]));
      Expect(chunk->run_id == kRun, "an entry was not understood");
    }
  }
}

}  // namespace agent::bench
