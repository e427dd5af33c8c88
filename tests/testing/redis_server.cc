#include "tests/testing/redis_server.h"

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "tests/testing/eventually.h"

namespace agent::testing {
namespace {

constexpr absl::Duration kReadyTimeout = absl::Seconds(30);
constexpr absl::Duration kEndTimeout = absl::Seconds(30);
constexpr timeval kCommandTimeout = {20, 0};

[[noreturn]] void Die(const std::string& why, const std::string& log_path) {
  std::fprintf(stderr, "redis-server fixture: %s\n", why.c_str());
  std::ifstream log(log_path);
  for (std::string line; std::getline(log, line);) {
    std::fprintf(stderr, "  %s\n", line.c_str());
  }
  std::abort();
}

std::string MakeDir() {
  const char* base = std::getenv("TMPDIR");
  std::string path = std::string(base == nullptr ? "/tmp" : base);
  // A socket's path has at most 107 bytes.
  if (path.size() > 70) path = "/tmp";
  path += "/agent-redis-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) Die("cannot create " + path, "");
  return path;
}

}  // namespace

struct RedisServer::Connection {
  explicit Connection(const std::string& path)
      : context(redisConnectUnixWithTimeout(path.c_str(), kCommandTimeout)) {
    if (ok()) redisSetTimeout(context, kCommandTimeout);
  }
  ~Connection() { redisFree(context); }
  bool ok() const { return context != nullptr && context->err == 0; }

  redisContext* context;
};

RedisServer::RedisServer(RedisServerOptions options)
    : options_(std::move(options)), dir_(MakeDir()) {
  Restart();
}

RedisServer::~RedisServer() {
  connection_.reset();
  process_.reset();
  if (std::getenv("AGENT_KEEP_TEST_DIRS") != nullptr) return;
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

RedisAddress RedisServer::address() const {
  RedisAddress address;
  address.unix_path = socket_path();
  return address;
}

void RedisServer::WriteConfig() const {
  std::ofstream file(dir_ + "/redis.conf", std::ios::trunc);
  file << "port 0\nunixsocket " << socket_path() << "\ndir " << dir_
       << "\nsave \"\"\nappendonly " << (options_.append_only ? "yes" : "no")
       << "\nappendfsync everysec\n";
  for (const std::string& line : options_.config) file << line << "\n";
}

void RedisServer::Kill() {
  connection_.reset();
  process_->Signal(SIGKILL);
  if (!process_->WaitForEnd(kEndTimeout)) Die("does not die", "");
}

void RedisServer::Stop() {
  connection_.reset();
  process_->Signal(SIGTERM);
  if (!process_->WaitForEnd(kEndTimeout)) {
    Die("does not stop", dir_ + "/redis.log");
  }
}

void RedisServer::Launch() {
  if (process_ != nullptr) Kill();
  connection_.reset();
  WriteConfig();
  auto process =
      RedisProcess::Start({.args = {dir_ + "/redis.conf"},
                           .output_path = dir_ + "/redis.log",
                           // Unlike SIGTERM it ends a paused one, too.
                           .parent_death_signal = SIGKILL});
  if (!process.ok()) Die(process.status().ToString(), dir_ + "/redis.log");
  process_ = *std::move(process);
}

void RedisServer::AwaitReady() {
  const auto ready = [this] {
    return PingUnixSocket(socket_path(), absl::Seconds(1)) ==
               RedisAnswer::kPong ||
           !process_->Running();
  };
  if (!Eventually(ready, kReadyTimeout) || !process_->Running()) {
    Die("does not answer", dir_ + "/redis.log");
  }
}

void RedisServer::Restart() {
  Launch();
  AwaitReady();
}

void RedisServer::Pause() { process_->Signal(SIGSTOP); }
void RedisServer::Resume() { process_->Signal(SIGCONT); }

void RedisServer::DropClients() {
  Command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  Command({"CLIENT", "KILL", "TYPE", "pubsub", "SKIPME", "yes"});
}

Reply RedisServer::Command(const std::vector<std::string>& args) {
  if (connection_ == nullptr || !connection_->ok()) {
    connection_ = std::make_unique<Connection>(socket_path());
  }
  std::vector<const char*> words;
  std::vector<size_t> sizes;
  for (const std::string& arg : args) {
    words.push_back(arg.data());
    sizes.push_back(arg.size());
  }
  redisContext* context = connection_->context;
  void* reply = connection_->ok()
                    ? redisCommandArgv(context, static_cast<int>(args.size()),
                                       words.data(), sizes.data())
                    : nullptr;
  if (reply == nullptr) {
    ADD_FAILURE() << "no answer to " << args[0] << ": "
                  << (context == nullptr ? "" : context->errstr);
  }
  return Reply(static_cast<redisReply*>(reply));
}

}  // namespace agent::testing
