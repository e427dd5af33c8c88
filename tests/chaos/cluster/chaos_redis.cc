#include "tests/chaos/cluster/chaos_redis.h"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"
#include "tests/chaos/cluster/aof_cut.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kReadyTimeout = absl::Seconds(60);
constexpr absl::Duration kReadyLook = absl::Milliseconds(2);
constexpr timeval kCommandTimeout = {10, 0};
// What `appendfsync everysec` does not promise to keep.
constexpr absl::Duration kLossWindow = absl::Seconds(1);

std::vector<std::string> Arguments(const std::string& dir,
                                   const std::string& socket,
                                   const std::string& append_fsync) {
  return {"--port",
          "0",
          "--unixsocket",
          socket,
          "--dir",
          dir,
          "--appendonly",
          "yes",
          "--save",
          "",
          "--appendfsync",
          append_fsync,
          "--daemonize",
          "no",
          "--logfile",
          "",
          "--maxmemory-policy",
          "noeviction"};
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError("cannot read " + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

AofCut Choose(ChaosRedis::Loss loss, const std::string& bytes, int64_t floor,
              std::mt19937_64* random) {
  if (loss == ChaosRedis::Loss::kMost) return {floor, "at the most"};
  if (loss == ChaosRedis::Loss::kTorn) {
    const auto tear = ChooseTear(bytes, floor, random);
    if (tear.has_value()) return *tear;
  }
  return ChooseCut(bytes, floor, random);
}

// For so long Redis puts writes off.
constexpr absl::Duration kPutOff = absl::Seconds(2);

struct ContextDeleter {
  void operator()(redisContext* context) const { redisFree(context); }
};

}  // namespace

absl::StatusOr<std::unique_ptr<ChaosRedis>> ChaosRedis::Start(
    const std::string& dir, const std::string& append_fsync) {
  std::error_code error;
  std::filesystem::create_directories(dir + "/redis", error);
  if (error) return absl::InternalError(dir + ": " + error.message());
  std::unique_ptr<ChaosRedis> redis(new ChaosRedis(dir, append_fsync));
  RETURN_IF_ERROR(redis->Restart());
  redis->growth_ = std::make_unique<AofGrowth>(redis->append_only_dir());
  return redis;
}

ChaosRedis::ChaosRedis(std::string dir, std::string append_fsync)
    : dir_(std::move(dir)), append_fsync_(std::move(append_fsync)) {}

ChaosRedis::~ChaosRedis() = default;

std::string ChaosRedis::append_only_dir() const {
  return dir_ + "/redis/appendonlydir";
}

bool ChaosRedis::WritesArePutOff() {
  const auto info = Command({"INFO", "persistence"});
  if (!info.ok()) return false;
  const std::string_view text = info->view().Text();
  return text.find("aof_pending_bio_fsync:0") == std::string_view::npos;
}

RedisEnd ChaosRedis::Kill() {
  const bool put_off = WritesArePutOff();
  process_->Signal(SIGKILL);
  process_->WaitForEnd(absl::InfiniteDuration());
  if (!torn_path_.empty() && AofHolds(append_only_dir(), torn_path_)) {
    return {torn_at_, "before the rewrite"};
  }
  torn_path_.clear();
  if (!put_off) return {};
  const auto part = NewestAofPart(append_only_dir());
  if (!part.ok()) return {absl::Now() - kPutOff, "during an fsync"};
  return {growth_->KeptUntil(part->path, part->size)
              .value_or(absl::Now() - kPutOff),
          "during an fsync"};
}

absl::Status ChaosRedis::Restart() {
  if (process_ != nullptr) static_cast<void>(Kill());
  ASSIGN_OR_RETURN(
      process_,
      RedisProcess::Start(
          {.args = Arguments(dir_ + "/redis", socket_path(), append_fsync_),
           .output_path = dir_ + "/redis.log",
           // Unlike SIGTERM it ends a paused one, too.
           .parent_death_signal = SIGKILL}));
  const absl::Time deadline = absl::Now() + kReadyTimeout;
  while (PingUnixSocket(socket_path(), absl::Seconds(1)) !=
         RedisAnswer::kPong) {
    if (!process_->Running()) {
      return absl::InternalError("redis-server ended: see " + dir_ +
                                 "/redis.log");
    }
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError("redis-server does not answer");
    }
    absl::SleepFor(kReadyLook);
  }
  return absl::OkStatus();
}

void ChaosRedis::Pause() { process_->Signal(SIGSTOP); }
void ChaosRedis::Resume() { process_->Signal(SIGCONT); }

absl::StatusOr<RedisEnd> ChaosRedis::LosePower(std::mt19937_64* random,
                                               Loss loss) {
  const absl::Time struck = absl::Now();
  RedisEnd end = Kill();
  ASSIGN_OR_RETURN(const AofPart part, NewestAofPart(append_only_dir()));
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(part.path));
  const int64_t size = static_cast<int64_t>(bytes.size());
  const int64_t floor = std::min(
      growth_->SizeAt(part.path, struck - kLossWindow).value_or(size), size);
  const AofCut cut = Choose(loss, bytes, floor, random);
  // Before the cut, which would be seen as well.
  const absl::Time kept_until =
      growth_->KeptUntil(part.path, cut.size).value_or(struck - kLossWindow);
  std::error_code error;
  std::filesystem::resize_file(part.path, static_cast<uintmax_t>(cut.size),
                               error);
  if (error) return absl::InternalError(part.path + ": " + error.message());
  end.kept_until = std::min(end.kept_until.value_or(kept_until), kept_until);
  absl::StrAppend(&end.detail, end.detail.empty() ? "" : ", ", "cut ",
                  size - cut.size, " bytes ", cut.form, ", at most ",
                  size - floor);
  if (torn_path_.empty()) torn_at_ = *end.kept_until;
  torn_path_ = part.path;
  return end;
}

absl::StatusOr<Reply> ChaosRedis::Command(
    const std::vector<std::string>& words) {
  std::vector<const char*> data;
  std::vector<size_t> sizes;
  for (const std::string& word : words) {
    data.push_back(word.data());
    sizes.push_back(word.size());
  }
  const std::unique_ptr<redisContext, ContextDeleter> context(
      redisConnectUnixWithTimeout(socket_path().c_str(), kCommandTimeout));
  if (context == nullptr || context->err != 0) {
    return absl::UnavailableError("cannot connect to redis-server");
  }
  redisSetTimeout(context.get(), kCommandTimeout);
  void* const reply = redisCommandArgv(
      context.get(), static_cast<int>(words.size()), data.data(), sizes.data());
  if (reply == nullptr) {
    return absl::UnavailableError("no answer from redis-server");
  }
  return Reply(static_cast<redisReply*>(reply));
}

}  // namespace agent::chaos
