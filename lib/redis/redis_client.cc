#include "lib/redis/redis_client.h"

#include <algorithm>
#include <utility>

#include "lib/base/error.h"
#include "lib/base/mutex.h"
#include "lib/redis/command_pipeline.h"
#include "lib/redis/pending_command.h"
#include "lib/redis/redis_loop.h"

namespace agent {
namespace {

// Keeps deadlines within the clock's range.
constexpr absl::Duration kMaxTimeout = absl::Hours(24);

// Not STORE_FULL: the store was not asked, so that nothing can be concluded
// about it, such as that a lease still holds.
absl::Status QueueFull() {
  return StoreUnavailable("too much waits for the store");
}

absl::Status Closing() {
  return StoreUnavailable("the connection to the store was closed");
}

using EventCallback = absl::AnyInvocable<void(const RedisConnectionEvent&)>;

class LoopRedisClient final : public RedisClient, private RedisLoop::Handler {
 public:
  LoopRedisClient(const RedisOptions& options, EventCallback on_event)
      : command_timeout_(options.command_timeout),
        write_at_once_(options.write_at_once),
        on_event_(std::move(on_event)),
        budget_(options.max_queued_commands, options.max_queued_bytes),
        pipeline_(&budget_, options.max_in_flight),
        loop_(options, this) {
    loop_.Start();
  }

  void Send(RedisCommand command, Callback<Reply> done) override {
    Push(command, command_timeout_, nullptr, std::move(done));
  }

  void SendWithTimeout(RedisCommand command, absl::Duration timeout,
                       Callback<Reply> done) override {
    Push(command, timeout, nullptr, std::move(done));
  }

  void Run(const LuaScript& script, std::vector<std::string> keys,
           std::vector<std::string> args, Callback<Reply> done) override {
    RunWithTimeout(script, std::move(keys), std::move(args), command_timeout_,
                   std::move(done));
  }

  void RunWithTimeout(const LuaScript& script, std::vector<std::string> keys,
                      std::vector<std::string> args, absl::Duration timeout,
                      Callback<Reply> done) override {
    RedisCommand command = {"EVALSHA", script.digest(),
                            std::to_string(keys.size())};
    command.reserve(command.size() + keys.size() + args.size());
    std::move(keys.begin(), keys.end(), std::back_inserter(command));
    std::move(args.begin(), args.end(), std::back_inserter(command));
    Push(command, std::min(timeout, command_timeout_), &script,
         std::move(done));
  }

 private:
  void Push(const RedisCommand& command, absl::Duration timeout,
            const LuaScript* script, Callback<Reply> done);
  // False, and nothing is taken, once the client is closed.
  bool Enqueue(PendingCommand* command);

  // RedisLoop::Handler
  void OnConnected(bool restarted) override {
    pipeline_.OnConnected();
    Tell({RedisConnectionEvent::Kind::kConnected, restarted});
  }
  void OnDisconnected(const RedisConnection& lost) override {
    Tell({RedisConnectionEvent::Kind::kDisconnected, false});
    pipeline_.OnDisconnected(lost);
  }
  void OnConnectFailed(const absl::Status& why) override {
    // Waiting does not cure a wrong password.
    if (!absl::IsUnavailable(why)) pipeline_.FailUnsent(why);
  }
  SteadyTime OnTurn(RedisConnection* connection, SteadyTime now) override;
  void OnReply(Reply reply, SteadyTime now) override;
  void OnStop() override;

  void Tell(const RedisConnectionEvent& event) {
    if (on_event_) on_event_(event);
  }
  void ReconnectIfBroken() {
    if (!pipeline_.broken().empty()) loop_.Reconnect(pipeline_.broken());
  }

  const absl::Duration command_timeout_;
  const bool write_at_once_;
  EventCallback on_event_;
  CommandBudget budget_;
  CommandPipeline pipeline_;  // the loop's thread's
  Mutex mu_;
  std::vector<PendingCommand> incoming_ ABSL_GUARDED_BY(mu_);
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  RedisLoop loop_;  // last: its thread uses all of the above
};

void LoopRedisClient::Push(const RedisCommand& command, absl::Duration timeout,
                           const LuaScript* script, Callback<Reply> done) {
  PendingCommand pending;
  pending.wire = EncodedCommand(command);
  pending.done = std::move(done);
  pending.deadline = std::chrono::steady_clock::now() +
                     ToChrono(std::min(timeout, kMaxTimeout));
  pending.script = script;
  pending.cost = pending.wire.bytes().size();
  if (pending.cost == 0 || !budget_.Take(pending.cost)) {
    pending.refused = QueueFull();
    pending.wire = EncodedCommand();
  }
  if (Enqueue(&pending)) {
    if (!write_at_once_ || !loop_.TurnNow()) loop_.Wake();
  } else {
    std::move(pending.done)(Closing());
  }
}

bool LoopRedisClient::Enqueue(PendingCommand* command) {
  MutexLock lock(&mu_);
  if (closed_) return false;
  incoming_.push_back(std::move(*command));
  return true;
}

SteadyTime LoopRedisClient::OnTurn(RedisConnection* connection,
                                   SteadyTime now) {
  std::vector<PendingCommand> arrived;
  {
    MutexLock lock(&mu_);
    arrived.swap(incoming_);
  }
  pipeline_.Add(std::move(arrived));
  const SteadyTime next = pipeline_.Turn(connection, now);
  ReconnectIfBroken();
  return next;
}

void LoopRedisClient::OnReply(Reply reply, SteadyTime now) {
  if (!reply.view().IsError()) loop_.NoteProgress();
  pipeline_.OnReply(std::move(reply), now);
  ReconnectIfBroken();
}

void LoopRedisClient::OnStop() {
  std::vector<PendingCommand> arrived;
  {
    MutexLock lock(&mu_);
    closed_ = true;
    arrived.swap(incoming_);
  }
  pipeline_.Add(std::move(arrived));
  pipeline_.FailAll(Closing());
}

}  // namespace

std::unique_ptr<RedisClient> RedisClient::Start(RedisOptions options,
                                                EventCallback on_event) {
  return std::make_unique<LoopRedisClient>(options, std::move(on_event));
}

}  // namespace agent
