#include "lib/redis/embedded_redis.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/base/logging.h"
#include "lib/base/status_macros.h"
#include "lib/redis/redis_client.h"
#include "lib/redis/redis_process.h"

namespace agent {
namespace {

// The server of a service that was just killed needs a moment to end.
constexpr absl::Duration kLockTimeout = absl::Seconds(3);
constexpr absl::Duration kAnswerTimeout = absl::Seconds(30);
// Reading a large append-only file takes its time, but shows signs of life.
constexpr absl::Duration kLoadTimeout = absl::Minutes(30);
constexpr absl::Duration kPollStep = absl::Milliseconds(10);
constexpr int kMinMajorVersion = 7;

absl::Status Failed(const std::string& what) {
  return absl::FailedPreconditionError("embedded Redis: " + what);
}

std::string ErrnoText() { return std::strerror(errno); }

// A descriptor, and with it what it locks.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::StatusOr<std::string> MakeDataDir(const std::string& data_dir) {
  std::error_code error;
  const std::filesystem::path dir = std::filesystem::absolute(data_dir, error);
  if (!error && !std::filesystem::exists(dir, error)) {
    std::filesystem::create_directories(dir, error);
    if (!error && chmod(dir.c_str(), 0700) != 0) {
      error = std::error_code(errno, std::generic_category());
    }
  }
  if (error) {
    return Failed("cannot create " + data_dir + ": " + error.message());
  }
  return dir.lexically_normal().string();
}

absl::StatusOr<Descriptor> LockDataDir(const std::string& dir) {
  const std::string path = dir + "/redis.lock";
  Descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0) {
    return Failed("cannot write " + path + ": " + ErrnoText());
  }
  const absl::Time deadline = absl::Now() + kLockTimeout;
  while (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return Failed("cannot lock " + path + ": " + ErrnoText());
    }
    if (absl::Now() >= deadline) {
      return Failed(dir + " is in use by another agent-service");
    }
    std::this_thread::sleep_for(ToChrono(kPollStep));
  }
  return lock;
}

// Where the socket is, and the directory to remove with it, if any.
struct SocketPlace {
  std::string path;
  std::string own_dir;
};

absl::StatusOr<SocketPlace> PlaceSocket(const std::string& dir) {
  std::string path = dir + "/redis.sock";
  if (path.size() < sizeof(sockaddr_un::sun_path)) return SocketPlace{path, ""};
  std::string own_dir = "/tmp/agent-redis-XXXXXX";
  if (mkdtemp(own_dir.data()) == nullptr) {
    return Failed("cannot create " + own_dir + ": " + ErrnoText());
  }
  return SocketPlace{own_dir + "/redis.sock", own_dir};
}

void RemoveOwnDir(const SocketPlace& place) {
  if (place.own_dir.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(place.own_dir, ignored);
}

std::vector<std::string> Arguments(const std::string& dir,
                                   const std::string& socket) {
  return {"--port",       "0",   "--unixsocket",       socket,
          "--dir",        dir,   "--unixsocketperm",   "700",
          "--appendonly", "yes", "--appendfsync",      "everysec",
          "--save",       "",    "--maxmemory-policy", "noeviction",
          "--daemonize",  "no",  "--logfile",          ""};
}

std::string LastLine(const std::string& path) {
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) last = std::move(line);
  }
  return last;
}

absl::Status AwaitAnswer(RedisProcess* process, const std::string& socket,
                         const std::string& log_path) {
  const absl::Time start = absl::Now();
  bool loading = false;
  while (true) {
    const RedisAnswer answer = PingUnixSocket(socket, absl::Seconds(1));
    if (answer == RedisAnswer::kPong) return absl::OkStatus();
    loading |= answer == RedisAnswer::kLoading;
    if (!process->Running()) {
      return Failed("redis-server ended at once; the end of " + log_path +
                    ": " + LastLine(log_path));
    }
    if (absl::Now() - start > (loading ? kLoadTimeout : kAnswerTimeout)) {
      return Failed("redis-server does not answer; see " + log_path);
    }
    std::this_thread::sleep_for(ToChrono(kPollStep));
  }
}

absl::Status CheckVersion(const RedisAddress& address) {
  RedisOptions options;
  options.address = address;
  options.client_name = "agent-embedded";
  const auto client = RedisClient::Start(options, nullptr);
  ASSIGN_OR_RETURN(const Reply info, Await<Reply>([&](Callback<Reply> done) {
                     client->Send({"INFO", "server"}, std::move(done));
                   }));
  constexpr std::string_view kName = "\nredis_version:";
  const std::string_view text = info.view().Text();
  const size_t at = text.find(kName);
  const std::string version(
      at == std::string_view::npos
          ? ""
          : text.substr(at + kName.size(),
                        text.find('\r', at) - at - kName.size()));
  if (std::atoi(version.c_str()) >= kMinMajorVersion) return absl::OkStatus();
  return Failed("redis-server is version " + version +
                ", 7.0 or later is needed");
}

class ChildRedis final : public EmbeddedRedis {
 public:
  ChildRedis(std::unique_ptr<RedisProcess> process, SocketPlace place)
      : place_(std::move(place)), process_(std::move(process)) {
    address_.unix_path = place_.path;
  }

  ~ChildRedis() override {
    process_.reset();
    RemoveOwnDir(place_);
  }

  const RedisAddress& address() const override { return address_; }

  absl::Status AwaitReady(const std::string& log_path) {
    RETURN_IF_ERROR(AwaitAnswer(process_.get(), place_.path, log_path));
    return CheckVersion(address_);
  }

 private:
  const SocketPlace place_;
  std::unique_ptr<RedisProcess> process_;
  RedisAddress address_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedRedis>> EmbeddedRedis::Start(
    const std::string& data_dir) {
  ASSIGN_OR_RETURN(const std::string dir, MakeDataDir(data_dir));
  // The child inherits the lock; ours goes when this function returns, so that
  // the directory is free exactly when the server has ended.
  ASSIGN_OR_RETURN(const Descriptor lock, LockDataDir(dir));
  ASSIGN_OR_RETURN(SocketPlace place, PlaceSocket(dir));
  const std::string log_path = dir + "/redis.log";
  RedisProcessOptions options;
  options.args = Arguments(dir, place.path);
  options.output_path = log_path;
  options.inherited_fd = lock.get();
  auto process = RedisProcess::Start(options);
  if (!process.ok()) {
    RemoveOwnDir(place);
    return Failed(absl::StrCat(process.status().message()));
  }
  auto redis =
      std::make_unique<ChildRedis>(*std::move(process), std::move(place));
  RETURN_IF_ERROR(redis->AwaitReady(log_path));
  LogInfo("embedded redis started",
          {{"data_dir", dir}, {"socket", redis->address().unix_path}});
  return redis;
}

}  // namespace agent
