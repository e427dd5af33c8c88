#include "tests/redis/torn_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lib/redis/key_schema.h"

namespace agent::testing {
namespace {

using ::testing::UnorderedElementsAreArray;

StreamId FirstKept(StoreParts* store) {
  LogPageRequest request;
  request.conversation.conversation_id = kConversation;
  const auto page = Await<LogPage>([&](Callback<LogPage> done) {
    store->log().ReadPage(std::move(request), std::move(done));
  });
  EXPECT_OK(page);
  return page.ok() ? page->first_id : StreamId{};
}

std::vector<agent::Run> AllRuns(StoreParts* store) {
  const auto page =
      Await<Page<agent::Run>>([&](Callback<Page<agent::Run>> done) {
        store->runs().ListRuns({"", kConversation}, 100, "", std::move(done));
      });
  // Gone, or its ADMIT never came to the record.
  if (absl::IsNotFound(page.status())) return {};
  EXPECT_OK(page);
  if (!page.ok()) return {};
  std::vector<agent::Run> runs = page->items;
  std::erase_if(runs, [](const agent::Run& run) {
    return run.run_id.starts_with(kFillerPrefix);
  });
  return runs;
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

// A worker of these tests says by the message that it has given up.
bool IsExhausted(const agent::Run& run) {
  return run.failure.reason == "ATTEMPTS_EXHAUSTED" ||
         run.failure.message == kGaveUp;
}

std::vector<std::string> DeadLettersOf(RedisClient* client) {
  const auto letters = Await<Reply>([&](Callback<Reply> done) {
    client->Send({"XRANGE", keys::Dead(kAgent), "-", "+"}, std::move(done));
  });
  EXPECT_OK(letters);
  std::vector<std::string> runs;
  if (!letters.ok()) return runs;
  for (size_t i = 0; i < letters->view().size(); ++i) {
    runs.emplace_back((*letters)[i][1][3].Text());
  }
  return runs;
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

void CheckMessagesSoFar(TornWorld* world, const TornReader& reader) {
  std::map<std::string, std::string> said;
  for (const Message& message : Stored(&world->store()).messages) {
    if (message.role == Role::kUser) continue;
    EXPECT_EQ(TokensIn(message.text), 1u) << message.text;
    said[message.run_id] += message.text;
  }
  // What the reader saw was not lost since.
  for (const agent::Run& run : AllRuns(&world->store())) {
    EXPECT_TRUE(reader.EndsOf(run.run_id) == 0 || IsEnded(run.state))
        << "a false end of " << run.run_id;
  }
  for (const auto& [run_id, text] : said) {
    EXPECT_TRUE(reader.TextOf(run_id).starts_with(text))
        << run_id << ": stored " << text << ", told " << reader.TextOf(run_id);
  }
}

void CheckAllIsWell(TornWorld* world, const std::vector<TornReader>& readers) {
  const Conversation stored = Stored(&world->store());
  EXPECT_EQ(stored.active_run_id, "");
  const StreamId first_kept = FirstKept(&world->store());
  std::vector<std::string> dead;
  std::set<std::string> seen;
  for (const agent::Run& run : AllRuns(&world->store())) {
    EXPECT_TRUE(seen.insert(run.run_id).second) << run.run_id << " twice";
    CheckRun(run, stored, readers, first_kept);
    if (IsExhausted(run)) dead.push_back(run.run_id);
  }
  for (const TornReader& reader : readers) EXPECT_FALSE(reader.holding());
  EXPECT_THAT(DeadLettersOf(&world->store().client()),
              UnorderedElementsAreArray(dead));
  CheckKeys(&world->store().client());
}

}  // namespace agent::testing
