#include "tests/redis/torn_check.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/log/resume_rules.h"
#include "lib/redis/key_schema.h"

namespace agent::testing {
namespace {

LogPage PageAfter(StoreParts* store, StreamId cursor) {
  LogPageRequest request;
  request.conversation.conversation_id = kConversation;
  request.after = cursor;
  auto page = Await<LogPage>([&](Callback<LogPage> done) {
    store->log().ReadPage(std::move(request), std::move(done));
  });
  EXPECT_OK(page);
  return page.ok() ? *std::move(page) : LogPage{};
}

bool Unconfirmed(const LogPage& page, StreamId id) {
  return std::ranges::find(page.unconfirmed, id) != page.unconfirmed.end();
}

std::vector<agent::Run> AllRuns(StoreParts* store) {
  const auto page =
      Await<Page<agent::Run>>([&](Callback<Page<agent::Run>> done) {
        store->runs().ListRuns({"", kConversation}, 100, "", std::move(done));
      });
  // Gone, or its ADMIT never came to the record.
  if (absl::IsNotFound(page.status())) return {};
  EXPECT_OK(page);
  return page.ok() ? page->items : std::vector<agent::Run>{};
}

Conversation Stored(StoreParts* store) {
  auto stored = Await<Conversation>([&](Callback<Conversation> done) {
    store->runs().GetConversation({"", kConversation}, std::move(done));
  });
  return stored.ok() ? *std::move(stored) : Conversation{};
}

// The tokens a turn's text is made of: one, unless attempts were mixed.
size_t TokensIn(const std::string& turn) {
  std::set<std::string> tokens;
  for (size_t at = 0; at < turn.size();) {
    const size_t end = turn.find(';', at);
    tokens.insert(turn.substr(at, turn.find('.', at) - at));
    at = end + 1;
  }
  return tokens.size();
}

void CheckMessages(const Conversation& stored, const agent::Run& run,
                   const std::string& said) {
  std::string text;
  int users = 0;
  int turns = 0;
  for (const Message& message : stored.messages) {
    if (message.run_id != run.run_id) continue;
    if (message.role == Role::kUser) {
      ++users;
      EXPECT_EQ(message.text, "message of " + run.run_id);
      EXPECT_EQ(message.failure_reason, run.failure.reason);
    } else {
      ++turns;
      text += message.text;
      EXPECT_EQ(TokensIn(message.text), 1u) << message.text;
    }
  }
  EXPECT_LE(users, 1);
  if (run.state == RunState::kCompleted) {
    EXPECT_EQ(users, 1);
    EXPECT_EQ(turns, 2);
    EXPECT_EQ(text, said);
  } else {
    EXPECT_EQ(turns, 0);
  }
}

void CheckRun(const agent::Run& run, const Conversation& stored,
              const std::vector<TornReader>& readers, StreamId first_kept) {
  SCOPED_TRACE("run " + run.run_id);
  if (!run.last_id.IsZero() && run.last_id < first_kept) return;  // trimmed
  EXPECT_TRUE(IsEnded(run.state)) << "state " << static_cast<int>(run.state);
  // One that was cancelled in the queue never entered the log.
  const int ends = run.last_id.IsZero() ? 0 : 1;
  if (ends == 0) {
    EXPECT_EQ(run.state, RunState::kCancelled);
  }
  for (size_t i = 0; i < readers.size(); ++i) {
    SCOPED_TRACE("reader " + std::to_string(i));
    EXPECT_EQ(readers[i].EndsOf(run.run_id), ends);
    CheckMessages(stored, run, readers[i].TextOf(run.run_id));
  }
}

void CheckKeys(RedisClient* client) {
  for (const std::string& key : keys::OfConversation(kConversation)) {
    const auto ttl = Await<Reply>([&](Callback<Reply> done) {
      client->Send({"PTTL", key}, std::move(done));
    });
    ASSERT_OK(ttl);
    EXPECT_NE(ttl->view().Integer(), -1) << key << " never expires";
  }
  const auto queued = Await<Reply>([&](Callback<Reply> done) {
    client->Send({"LLEN", keys::Mailbox(kConversation)}, std::move(done));
  });
  ASSERT_OK(queued);
  EXPECT_EQ(queued->view().Integer(), 0);
}

}  // namespace

void TornReader::Read(StoreParts* store) {
  const LogPage page = PageAfter(store, cursor_);
  const ResumeVerdict verdict = DecideResume(page, cursor_);
  using Kind = ResumeVerdict::Kind;
  const bool lost = verdict.kind == Kind::kHold ||
                    absl::IsDataLoss(verdict.error) ||
                    (verdict.kind == Kind::kGone && !cursor_.IsZero());
  if (lost) {
    *this = TornReader();
    return Read(store);
  }
  EXPECT_OK(verdict.error);
  if (verdict.kind == Kind::kSkip) number_ = verdict.skip_to;
  for (const ChunkPtr& chunk : page.entries) {
    const EntryVerdict judged =
        JudgeEntry(number_, *chunk, Unconfirmed(page, chunk->id));
    EXPECT_NE(judged, EntryVerdict::kGap) << chunk->id.ToString();
    if (judged == EntryVerdict::kSend) Take(*chunk);
    if (judged != EntryVerdict::kUnconfirmed) cursor_ = chunk->id;
  }
  EXPECT_FALSE(page.more);
}

void TornReader::Take(const Chunk& chunk) {
  number_ = NumberAfter(number_, chunk);
  std::vector<Chunk>& kept = kept_[chunk.run_id];
  if (const auto* started = std::get_if<AttemptStarted>(&chunk.content)) {
    const auto after = StreamId::Parse(started->discard_after);
    const int64_t keep = after.has_value() ? after->number() : 0;
    std::erase_if(kept,
                  [keep](const Chunk& c) { return c.id.number() > keep; });
  }
  kept.push_back(chunk);
}

std::string TornReader::TextOf(const std::string& run_id) const {
  std::string text;
  const auto found = kept_.find(run_id);
  if (found == kept_.end()) return text;
  for (const Chunk& chunk : found->second) {
    const auto* piece = std::get_if<TextPiece>(&chunk.content);
    if (piece != nullptr) text += piece->text;
  }
  return text;
}

int TornReader::EndsOf(const std::string& run_id) const {
  const auto found = kept_.find(run_id);
  if (found == kept_.end()) return 0;
  return static_cast<int>(std::ranges::count_if(
      found->second, [](const Chunk& chunk) { return chunk.IsTerminal(); }));
}

void CheckAllIsWell(TornWorld* world, const std::vector<TornReader>& readers) {
  const Conversation stored = Stored(&world->store());
  EXPECT_EQ(stored.active_run_id, "");
  const StreamId first_kept = PageAfter(&world->store(), {}).first_id;
  std::set<std::string> seen;
  for (const agent::Run& run : AllRuns(&world->store())) {
    EXPECT_TRUE(seen.insert(run.run_id).second) << run.run_id << " twice";
    CheckRun(run, stored, readers, first_kept);
  }
  CheckKeys(&world->store().client());
}

}  // namespace agent::testing
