#include "tests/runtime/worker_fixture.h"

#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace agent::testing {
namespace {

// Entries of other runs are left out; what a later attempt discards falls.
void Take(const ChunkPtr& chunk, Transcript* transcript,
          std::vector<std::pair<int64_t, std::string>>* pieces) {
  transcript->chunks.push_back(chunk);
  if (const auto* piece = std::get_if<TextPiece>(&chunk->content)) {
    pieces->emplace_back(chunk->id.number(), piece->text);
  } else if (const auto* attempt =
                 std::get_if<AttemptStarted>(&chunk->content)) {
    const auto after = StreamId::Parse(attempt->discard_after);
    const int64_t stands = after.has_value() ? after->number() : 0;
    std::erase_if(*pieces,
                  [&](const auto& said) { return said.first > stands; });
  }
  transcript->ended = transcript->ended || chunk->IsTerminal();
}

}  // namespace

Node::Node(RedisServer* server, const RunLimits& limits, std::string name,
           NodeOptions options)
    : server_(server),
      name_(std::move(name)),
      path_(server->dir() + "/" + name_ + ".sock") {
  Heal();
  RedisOptions redis;
  redis.address = server->address();
  redis.address.unix_path = path_;
  redis.client_name = name_;
  redis.command_timeout = absl::Seconds(1);  // ends of cut nodes wait for it
  auto store = RedisStore::Open(redis, limits);
  EXPECT_OK(store);
  store_ = *std::move(store);
  if (!options.agent) return;
  WorkerOptions worker;
  worker.worker_id = name_;
  worker.max_concurrent_runs = options.max_concurrent_runs;
  worker.limits = limits;
  if (options.believed_lease > absl::ZeroDuration()) {
    worker.limits.lease = options.believed_lease;
  }
  worker.sweep_interval = absl::Milliseconds(200);
  WorkerServices services;
  services.runs = &store_->runs();
  services.work = &store_->work();
  services.directory = &store_->agents();
  services.timers = &timers_;
  services.callback = options.callback;
  hub_ = TailHub::Create(&store_->log(), &store_->wakes(), &timers_, {});
  if (options.hears_wakes) {
    services.watch = [hub = hub_.get()](std::string_view conversation_id,
                                        std::function<void()> look) {
      return hub->WatchRecord(conversation_id, std::move(look));
    };
  }
  worker_ = Worker::Start(
      worker, std::move(services),
      {std::make_shared<FunctionAgent>(std::move(options.agent))});
  store_->OnRestart([this] { worker_->OnStoreRestart(); });
}

Node::~Node() {
  if (cut_) Heal();  // or its drain would wait for all that is not answered
  store_->OnRestart(nullptr);
  worker_.reset();
}

void Node::Cut() {
  EXPECT_EQ(unlink(path_.c_str()), 0);
  cut_ = true;
  const std::string clients(server_->Command({"CLIENT", "LIST"}).view().Text());
  for (absl::string_view line : absl::StrSplit(clients, '\n')) {
    if (!absl::StrContains(line, "name=" + name_ + "-")) continue;
    const absl::string_view id = line.substr(3, line.find(' ') - 3);
    server_->Command({"CLIENT", "KILL", "ID", std::string(id)});
  }
}

void Node::Heal() {
  EXPECT_EQ(symlink(server_->socket_path().c_str(), path_.c_str()), 0);
  cut_ = false;
}

WorkerTest::WorkerTest() {
  limits_.lease = absl::Seconds(1);
  limits_.attempt_backoff = absl::Milliseconds(20);
}

std::unique_ptr<Node> WorkerTest::Start(AgentFunction agent) {
  NodeOptions options;
  options.agent = std::move(agent);
  return Start(std::move(options));
}

std::unique_ptr<Node> WorkerTest::Start(NodeOptions options) {
  return std::make_unique<Node>(
      &server_, limits_, "node" + std::to_string(nodes_++), std::move(options));
}

Node& WorkerTest::Gateway() {
  if (gateway_ == nullptr) gateway_ = Start(NodeOptions{});
  return *gateway_;
}

std::string WorkerTest::Admit(const std::string& conversation,
                              const std::string& message) {
  AdmitRequest request;
  request.conversation = {"", conversation};
  request.agent = "tester";
  request.run_id = "run-" + std::to_string(runs_++);
  request.request_hash = "hash";
  request.message = message;
  const std::string run_id = request.run_id;
  const auto admitted = Await<Admission>([&](Callback<Admission> done) {
    Gateway().store().runs().Admit(std::move(request), std::move(done));
  });
  EXPECT_OK(admitted);
  return run_id;
}

Transcript WorkerTest::Read(const std::string& conversation,
                            const std::string& run) {
  Transcript transcript;
  std::vector<std::pair<int64_t, std::string>> pieces;
  StreamId after;
  while (true) {
    LogPageRequest request;
    request.conversation = {"", conversation};
    request.after = after;
    const auto page = Await<LogPage>([&](Callback<LogPage> done) {
      Gateway().store().log().ReadPage(request, std::move(done));
    });
    EXPECT_OK(page);
    if (!page.ok()) break;
    for (const ChunkPtr& chunk : page->entries) {
      after = chunk->id;
      if (chunk->run_id == run) Take(chunk, &transcript, &pieces);
    }
    if (!page->more) break;
  }
  for (const auto& [number, text] : pieces) transcript.text += text;
  return transcript;
}

Transcript WorkerTest::AwaitEnd(const std::string& conversation,
                                const std::string& run) {
  EXPECT_TRUE(
      Eventually([&] { return IsEnded(GetRun(conversation, run).state); }));
  return Read(conversation, run);
}

void WorkerTest::ExpectCompleted(const Transcript& transcript,
                                 const std::string& text) {
  EXPECT_EQ(transcript.text, text);
  ASSERT_TRUE(transcript.ended);
  const auto* end = std::get_if<RunCompleted>(&transcript.end().content);
  ASSERT_NE(end, nullptr);
  EXPECT_EQ(end->text_bytes, static_cast<int64_t>(text.size()));
  EXPECT_EQ(end->text_sha256, Sha256Hex(text));
  for (size_t i = 0; i < transcript.chunks.size(); ++i) {
    EXPECT_EQ(transcript.chunks[i]->sequence, static_cast<int64_t>(i));
    if (i == 0) continue;
    EXPECT_EQ(transcript.chunks[i]->id.number(),
              transcript.chunks[i - 1]->id.number() + 1);
    EXPECT_FALSE(transcript.chunks[i - 1]->IsTerminal());
  }
}

RunFailed WorkerTest::AwaitFailure(const std::string& conversation,
                                   const std::string& run) {
  const Transcript transcript = AwaitEnd(conversation, run);
  const auto* failed = transcript.chunks.empty()
                           ? nullptr
                           : std::get_if<RunFailed>(&transcript.end().content);
  EXPECT_NE(failed, nullptr);
  return failed == nullptr ? RunFailed{} : *failed;
}

agent::Run WorkerTest::GetRun(const std::string& conversation,
                              const std::string& run) {
  auto found = Await<agent::Run>([&](Callback<agent::Run> done) {
    Gateway().store().runs().GetRun({"", conversation}, run, std::move(done));
  });
  EXPECT_OK(found);
  return found.ok() ? *std::move(found) : agent::Run{};
}

Conversation WorkerTest::GetConversation(const std::string& conversation) {
  auto found = Await<Conversation>([&](Callback<Conversation> done) {
    Gateway().store().runs().GetConversation({"", conversation},
                                             std::move(done));
  });
  EXPECT_OK(found);
  return found.ok() ? *std::move(found) : Conversation{};
}

}  // namespace agent::testing
