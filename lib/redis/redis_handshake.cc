#include "lib/redis/redis_handshake.h"

#include <hiredis/hiredis.h>

#include <string_view>

#include "lib/base/status_macros.h"
#include "lib/redis/redis_error.h"

namespace agent {
namespace {

// The one passing error without a word of its own.
constexpr std::string_view kTooManyClients = "ERR max number of clients";

absl::Status NotNow(ReplyView error) {
  return absl::UnavailableError("Redis answers " +
                                LoggableRedisError(error.Text()));
}

// Errors that any command may get: a password is needed, or it is not the time.
absl::Status CommonError(ReplyView reply) {
  if (!reply.IsError()) return absl::OkStatus();
  if (reply.Text().starts_with(kTooManyClients)) return NotNow(reply);
  switch (KindOfRedisError(reply.Text())) {
    case RedisErrorKind::kAuth:
      return absl::UnauthenticatedError(
          "Redis refused the user name or password, or needs one");
    case RedisErrorKind::kPassing:
      return NotNow(reply);
    default:
      return absl::OkStatus();
  }
}

std::string LineOf(std::string_view info, std::string_view name) {
  const size_t at = info.find(name);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = info.substr(at + name.size());
  return std::string(rest.substr(0, rest.find_first_of("\r\n")));
}

// A Redis that became another's replica keeps its run_id and loses its data:
// that shows in the name of its replication history.
std::string HistoryOf(std::string_view info) {
  const std::string run_id = LineOf(info, "\nrun_id:");
  if (run_id.empty()) return "";
  return run_id + " " + LineOf(info, "\nmaster_replid:");
}

}  // namespace

absl::Status RedisHandshake::SetTimeout() {
  const auto left = deadline_ - std::chrono::steady_clock::now();
  if (left <= std::chrono::microseconds(1)) {
    return absl::UnavailableError("no answer in time");
  }
  const timeval limit = absl::ToTimeval(absl::FromChrono(left));
  return redisSetTimeout(context_, limit) == REDIS_OK
             ? absl::OkStatus()
             : absl::UnavailableError(context_->errstr);
}

absl::StatusOr<Reply> RedisHandshake::Ask(
    const std::vector<std::string>& words) {
  RETURN_IF_ERROR(SetTimeout());
  std::vector<const char*> args;
  std::vector<size_t> sizes;
  for (const std::string& word : words) {
    args.push_back(word.data());
    sizes.push_back(word.size());
  }
  void* reply = redisCommandArgv(context_, static_cast<int>(words.size()),
                                 args.data(), sizes.data());
  if (reply == nullptr) {
    return absl::UnavailableError(std::string("no answer to ") + words[0] +
                                  ": " + context_->errstr);
  }
  return Reply(static_cast<redisReply*>(reply));
}

absl::Status RedisHandshake::Authenticate(const RedisAddress& address) {
  if (address.user.empty() && address.password.empty()) return {};
  std::vector<std::string> words = {"AUTH"};
  if (!address.user.empty()) words.push_back(address.user);
  words.push_back(address.password);
  ASSIGN_OR_RETURN(const Reply reply, Ask(words));
  RETURN_IF_ERROR(CommonError(reply.view()));
  if (!reply.view().IsError()) return {};
  return absl::UnauthenticatedError("Redis refused the user name or password");
}

absl::Status RedisHandshake::SelectDatabase(int database) {
  if (database == 0) return {};
  const std::string number = std::to_string(database);
  ASSIGN_OR_RETURN(const Reply reply, Ask({"SELECT", number}));
  RETURN_IF_ERROR(CommonError(reply.view()));
  if (!reply.view().IsError()) return {};
  return absl::FailedPreconditionError("Redis refused database " + number);
}

absl::StatusOr<std::string> RedisHandshake::Introduce(
    const RedisOptions& options) {
  RETURN_IF_ERROR(Authenticate(options.address));
  RETURN_IF_ERROR(SelectDatabase(options.address.database));
  // A user that may not name itself or ask who is there may still do the work.
  ASSIGN_OR_RETURN(const Reply named,
                   Ask({"CLIENT", "SETNAME", options.client_name}));
  RETURN_IF_ERROR(CommonError(named.view()));
  ASSIGN_OR_RETURN(const Reply info,
                   Ask({"INFO", "server", "replication", "persistence"}));
  RETURN_IF_ERROR(CommonError(info.view()));
  // It answers all of the above while it loads, and nothing else.
  if (LineOf(info.view().Text(), "\nloading:") == "1") {
    return absl::UnavailableError("Redis is loading");
  }
  return HistoryOf(info.view().Text());
}

}  // namespace agent
