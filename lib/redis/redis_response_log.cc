#include "lib/redis/redis_response_log.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/base/error.h"
#include "lib/redis/entry_codec.h"
#include "lib/redis/key_schema.h"
#include "lib/redis/run_codec.h"
#include "lib/redis/store_errors.h"

namespace agent {
namespace {

constexpr int kMaxPageEntries = 1000;
// A lease that ended this long ago has been missed by the sweep.
constexpr int64_t kStaleMs = 5000;

// The order of read_log.lua's answer.
enum Field : size_t {
  kNow = 1,
  kRecordExists,
  kNumber,
  kLast,
  kAgent,
  kActive,
  kQueued,
  kLease,
  kLogTtl,
  kRecordTtl,
  kCursorExists,
  kCursorTerminal,
  kFirstId,
  kLastId,
  kMore,
  kEntries,
  kTorn,
  kRunId,
  kRun,
};
constexpr size_t kRunStateField = 3;  // of `describe`
constexpr int64_t kNoSuchKey = -2;    // PTTL's

LogPage DecodePage(const std::string& conversation_id, ReplyView answer) {
  LogPage page;
  page.record_exists = answer[kRecordExists].Integer() != 0;
  page.record_number = answer[kNumber].Integer();
  page.record_last = DecodeId(answer[kLast]);
  page.run_active = !answer[kActive].Text().empty();
  page.queued_runs = answer[kQueued].Integer();
  page.now_ms = answer[kNow].Integer();
  page.log_exists = answer[kLogTtl].Integer() != kNoSuchKey;
  page.log_ttl_ms = std::max<int64_t>(-1, answer[kLogTtl].Integer());
  page.record_ttl_ms = std::max<int64_t>(-1, answer[kRecordTtl].Integer());
  page.cursor_exists = answer[kCursorExists].Integer() != 0;
  page.cursor_terminal = answer[kCursorTerminal].Integer() != 0;
  page.first_id = DecodeId(answer[kFirstId]);
  page.last_id = DecodeId(answer[kLastId]);
  page.more = answer[kMore].Integer() != 0;
  for (size_t i = 0; i < answer[kEntries].size(); ++i) {
    page.entries.push_back(
        std::make_shared<const Chunk>(DecodeEntry(answer[kEntries][i])));
  }
  for (size_t i = 0; i < answer[kTorn].size(); ++i) {
    page.unconfirmed.push_back(DecodeId(answer[kTorn][i]));
  }
  if (!answer[kRun][kRunStateField].IsNil()) {
    page.run = DecodeRun(conversation_id, answer[kRunId].Text(), answer[kRun]);
  }
  return page;
}

LogPosition DecodePosition(ReplyView answer) {
  LogPosition position;
  position.record_exists = answer[0].Integer() != 0;
  position.log_exists = answer[1].Integer() != 0;
  position.last_id = DecodeId(answer[2]);
  position.record_number = answer[3].Integer();
  position.run_active = answer[4].Integer() != 0;
  position.queued_runs = answer[5].Integer();
  return position;
}

}  // namespace

void RedisResponseLog::ReadPage(LogPageRequest request,
                                Callback<LogPage> done) {
  const int entries = std::clamp(request.max_entries, 1, kMaxPageEntries);
  auto keys = keys::OfConversation(request.conversation.conversation_id);
  pages_->RunWithTimeout(
      context_.scripts->read_log, std::move(keys),
      {std::move(request.conversation.principal), request.after.ToString(),
       std::to_string(entries), std::move(request.run_id),
       request.want_newest_run ? "1" : "0", request.from_run ? "1" : "0"},
      request.timeout,
      [this, id = std::move(request.conversation.conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        const absl::Status status = StatusOfAnswer(reply->view());
        if (!status.ok()) return std::move(done)(status);
        LookAfterStale(id, reply->view());
        std::move(done)(DecodePage(id, reply->view()));
      });
}

// A run whose lease ended long ago is in no index, or nobody sweeps: whoever
// reads it asks for a look. Never later than one is due already.
void RedisResponseLog::LookAfterStale(const std::string& conversation_id,
                                      ReplyView answer) {
  const bool active = !answer[kActive].Text().empty();
  const bool stale =
      active ? answer[kLease].Integer() + kStaleMs < answer[kNow].Integer()
             : answer[kQueued].Integer() > 0;
  if (!stale || answer[kAgent].Text().empty()) return;
  context_.client->Send({"ZADD", keys::Due(answer[kAgent].Text()), "NX",
                         std::string(answer[kNow].Text()), conversation_id},
                        [](const absl::StatusOr<Reply>&) {});
}

void RedisResponseLog::ReadPositions(std::vector<std::string> conversation_ids,
                                     Callback<std::vector<LogPosition>> done) {
  if (conversation_ids.size() > kMaxPositions) {
    return std::move(done)(
        absl::InvalidArgumentError("more than kMaxPositions conversations"));
  }
  std::vector<std::string> keys;
  for (const std::string& id : conversation_ids) {
    keys.insert(keys.end(),
                {keys::Log(id), keys::Record(id), keys::Mailbox(id)});
  }
  pages_->Run(context_.scripts->read_positions, std::move(keys), {},
              [done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
                if (!reply.ok()) return std::move(done)(reply.status());
                std::vector<LogPosition> positions;
                for (size_t i = 0; i < reply->view().size(); ++i) {
                  positions.push_back(DecodePosition((*reply)[i]));
                }
                std::move(done)(std::move(positions));
              });
}

}  // namespace agent
