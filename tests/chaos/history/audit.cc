#include "tests/chaos/history/audit.h"

#include <set>
#include <utility>

#include "lib/base/status_macros.h"
#include "lib/redis/entry_codec.h"

namespace agent::chaos {
namespace {

constexpr char kScanCount[] = "500";
constexpr char kLogPrefix[] = "agent-stream:";
constexpr char kDuePrefix[] = "agent-due:";

class Auditor {
 public:
  explicit Auditor(const RedisCommand& command) : command_(command) {}

  absl::StatusOr<RedisAudit> Run() {
    std::string cursor = "0";
    do {
      ASSIGN_OR_RETURN(const Reply page,
                       Ask({"SCAN", cursor, "COUNT", kScanCount}));
      cursor = page[0].Text();
      for (size_t i = 0; i < page[1].size(); ++i) {
        RETURN_IF_ERROR(Look(std::string(page[1][i].Text())));
      }
    } while (cursor != "0" && !cursor.empty());
    audit_.taken = true;
    return std::move(audit_);
  }

 private:
  absl::StatusOr<Reply> Ask(const std::vector<std::string>& words) {
    absl::StatusOr<Reply> reply = command_(words);
    if (reply.ok() && reply->view().IsError()) {
      return absl::InternalError(words[0] + ": " +
                                 std::string(reply->view().Text()));
    }
    return reply;
  }

  absl::Status Look(const std::string& name) {
    // SCAN may name a key twice.
    if (!seen_.insert(name).second) return absl::OkStatus();
    ASSIGN_OR_RETURN(const Reply type, Ask({"TYPE", name}));
    ASSIGN_OR_RETURN(const Reply ttl, Ask({"PTTL", name}));
    constexpr int64_t kGone = -2;
    if (ttl.view().Integer() == kGone) return absl::OkStatus();
    audit_.keys.push_back(
        {name, std::string(type.view().Text()), ttl.view().Integer()});
    if (name.rfind(kLogPrefix, 0) == 0) return ReadLog(name);
    if (name.rfind(kDuePrefix, 0) == 0) return ReadDue(name);
    return absl::OkStatus();
  }

  absl::Status ReadLog(const std::string& name) {
    ASSIGN_OR_RETURN(const Reply entries, Ask({"XRANGE", name, "-", "+"}));
    std::vector<Chunk>& log =
        audit_.logs[name.substr(std::string(kLogPrefix).size())];
    for (size_t i = 0; i < entries.view().size(); ++i) {
      log.push_back(DecodeEntry(entries[i]));
    }
    return absl::OkStatus();
  }

  absl::Status ReadDue(const std::string& name) {
    ASSIGN_OR_RETURN(const Reply due, Ask({"ZRANGE", name, "0", "-1"}));
    for (size_t i = 0; i < due.view().size(); ++i) {
      audit_.due.emplace_back(due[i].Text());
    }
    return absl::OkStatus();
  }

  const RedisCommand& command_;
  RedisAudit audit_;
  std::set<std::string> seen_;
};

}  // namespace

absl::StatusOr<RedisAudit> AuditRedis(const RedisCommand& command) {
  return Auditor(command).Run();
}

}  // namespace agent::chaos
