#include "lib/redis/redis_response_log.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/base/error.h"
#include "lib/log/entry_filter.h"
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
  page.entries.reserve(answer[kEntries].size());
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

// XRANGE's answer, up to what only the record can tell the meaning of.
LogPage DecodeEntriesPage(const LogPageRequest& request, ReplyView answer) {
  LogPage page;
  page.entries_only = true;
  page.more = answer.size() == static_cast<size_t>(request.entries_only);
  page.entries.reserve(answer.size());
  int64_t last = request.after.number();
  for (size_t i = 0; i < answer.size(); ++i, ++last) {
    auto entry = std::make_shared<const Chunk>(DecodeEntry(answer[i]));
    if (!IsPlainNext(last, *entry)) {
      page.more = false;
      break;
    }
    page.entries.push_back(std::move(entry));
  }
  return page;
}

// Fields of read_positions.lua's answer that a position has not.
constexpr size_t kPositionAgent = 6, kPositionLease = 7, kPositionNow = 8;

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
  request.max_entries = std::clamp(request.max_entries, 1, kMaxPageEntries);
  request.entries_only = std::min(request.entries_only, kMaxPageEntries);
  if (request.entries_only > 0) {
    ReadEntries(std::move(request), std::move(done));
  } else {
    ReadWhole(std::move(request), std::move(done));
  }
}

void RedisResponseLog::ReadEntries(LogPageRequest request,
                                   Callback<LogPage> done) {
  const absl::Duration timeout = std::min(request.timeout, patience_);
  RedisCommand command = {"XRANGE",
                          keys::Log(request.conversation.conversation_id),
                          "(" + request.after.ToString(),
                          "+",
                          "COUNT",
                          std::to_string(request.entries_only)};
  entries_->SendWithTimeout(
      std::move(command), timeout,
      [this, request = std::move(request),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        LogPage page = DecodeEntriesPage(request, reply->view());
        if (!page.entries.empty()) return std::move(done)(std::move(page));
        ReadWhole(std::move(request), std::move(done));
      });
}

void RedisResponseLog::ReadWhole(LogPageRequest request,
                                 Callback<LogPage> done) {
  auto keys = keys::OfConversation(request.conversation.conversation_id);
  pages_->RunWithTimeout(
      context_.scripts->read_log, std::move(keys),
      {std::move(request.conversation.principal), request.after.ToString(),
       std::to_string(request.max_entries), std::move(request.run_id),
       request.want_newest_run ? "1" : "0", request.from_run ? "1" : "0"},
      request.timeout,
      [this, id = std::move(request.conversation.conversation_id),
       done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
        if (!reply.ok()) return std::move(done)(reply.status());
        const absl::Status status = StatusOfAnswer(reply->view());
        if (!status.ok()) return std::move(done)(status);
        LogPage page = DecodePage(id, reply->view());
        LookAfterStale({.agent = (*reply)[kAgent].Text(),
                        .conversation_id = id,
                        .active = page.run_active,
                        .queued = page.queued_runs,
                        .lease_ms = (*reply)[kLease].Integer(),
                        .now_ms = page.now_ms});
        std::move(done)(std::move(page));
      });
}

// A run whose lease ended long ago is in no index, or nobody sweeps: whoever
// reads it, or waits for it, asks for a look. Never later than one is due
// already.
void RedisResponseLog::LookAfterStale(const Activity& activity) const {
  const bool stale = activity.active
                         ? activity.lease_ms + kStaleMs < activity.now_ms
                         : activity.queued > 0;
  if (!stale || activity.agent.empty()) return;
  context_.client->Send(
      {"ZADD", keys::Due(activity.agent), "NX", std::to_string(activity.now_ms),
       std::string(activity.conversation_id)},
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
              [this, ids = std::move(conversation_ids),
               done = std::move(done)](absl::StatusOr<Reply> reply) mutable {
                if (!reply.ok()) return std::move(done)(reply.status());
                std::vector<LogPosition> positions;
                for (size_t i = 0;
                     i < std::min(reply->view().size(), ids.size()); ++i) {
                  const ReplyView answer = (*reply)[i];
                  const LogPosition& position =
                      positions.emplace_back(DecodePosition(answer));
                  LookAfterStale({.agent = answer[kPositionAgent].Text(),
                                  .conversation_id = ids[i],
                                  .active = position.run_active,
                                  .queued = position.queued_runs,
                                  .lease_ms = answer[kPositionLease].Integer(),
                                  .now_ms = answer[kPositionNow].Integer()});
                }
                std::move(done)(std::move(positions));
              });
}

}  // namespace agent
