#include "tests/bench/memory_store.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace agent::bench {
namespace {

int64_t NowMs() { return absl::ToUnixMillis(absl::Now()); }

ChunkContent TerminalOf(const RunEnd& end) {
  if (end.state == RunState::kCompleted) return end.completed;
  if (end.state == RunState::kFailed) return end.failed;
  return RunCancelled{};
}

absl::Status NotHere() { return absl::UnimplementedError("bench store"); }

}  // namespace

MemoryStore::MemoryStore() : thread_([this] { Loop(); }) {}

MemoryStore::~MemoryStore() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    hint_waiter_ = nullptr;
    posted_.NotifyAll();
  }
  thread_.join();
}

void MemoryStore::Post(Job job) {
  MutexLock lock(&mu_);
  jobs_.push_back(std::move(job));
  posted_.NotifyAll();
}

void MemoryStore::Confirm(StatusCallback done, absl::Status status) {
  Post([done = std::move(done), status = std::move(status)]() mutable {
    std::move(done)(std::move(status));
  });
}

void MemoryStore::Loop() {
  for (;;) {
    std::deque<Job> jobs;
    {
      MutexLock lock(&mu_);
      while (jobs_.empty() && !stopping_) posted_.Wait(&mu_);
      if (jobs_.empty()) return;
      jobs.swap(jobs_);
    }
    for (Job& job : jobs) job();
  }
}

void MemoryStore::Admit(AdmitRequest request, Callback<Admission> done) {
  Admission admission;
  admission.run_id = request.run_id;
  admission.accept_time_ms = NowMs();
  const std::string id = request.conversation.conversation_id;
  Callback<std::vector<WorkHint>> waiter;
  std::vector<WorkHint> hints;
  {
    MutexLock lock(&mu_);
    Record& record = records_[id];
    record.run = Run();
    record.run.run_id = request.run_id;
    record.run.conversation_id = id;
    record.run.agent = request.agent;
    record.run.accept_time_ms = admission.accept_time_ms;
    record.run.message = std::move(request.message);
    if (!record.log.empty()) {
      record.run.accept_cursor = record.log.back()->id;
    }
    admission.cursor = record.run.accept_cursor;
    record.queued = true;
    hints_.push_back({request.agent, id});
    if (hint_waiter_ != nullptr) {
      waiter = std::move(hint_waiter_);
      hint_waiter_ = nullptr;
      hints.swap(hints_);
    }
  }
  Answer<Admission>(std::move(done), admission);
  if (waiter != nullptr) {
    Answer<std::vector<WorkHint>>(std::move(waiter), std::move(hints));
  }
  Post([this, id] {
    MutexLock lock(&listener_mu_);
    if (listener_ != nullptr) listener_->OnWake(id, 0);
  });
}

void MemoryStore::Begin(std::string conversation_id, std::string token,
                        Callback<BeginOutcome> done) {
  BeginOutcome outcome;
  {
    MutexLock lock(&mu_);
    Record& record = records_[conversation_id];
    if (record.queued) {
      record.queued = false;
      record.token = token;
      record.run.state = RunState::kRunning;
      record.run.attempt = 1;
      record.run.start_time_ms = NowMs();
      outcome.kind = BeginOutcome::Kind::kRun;
      outcome.assignment.conversation_id = conversation_id;
      outcome.assignment.run_id = record.run.run_id;
      outcome.assignment.agent = record.run.agent;
      outcome.assignment.token = std::move(token);
      outcome.assignment.message = record.run.message;
      outcome.assignment.options.timeout = absl::Minutes(30);
      outcome.assignment.start_time_ms = record.run.start_time_ms;
      outcome.assignment.now_ms = record.run.start_time_ms;
    }
  }
  Answer<BeginOutcome>(std::move(done), std::move(outcome));
}

void MemoryStore::Append(AppendRequest request, Callback<AppendOutcome> done) {
  AppendOutcome outcome;
  {
    MutexLock lock(&mu_);
    Record& record = records_[request.conversation_id];
    if (request.end.has_value()) {
      request.chunks.push_back(TerminalOf(*request.end));
      record.run.state = request.end->state;
      record.run.end_time_ms = NowMs();
    }
    outcome.write_time_ms = NowMs();
    for (ChunkContent& content : request.chunks) {
      ++record.number;
      auto chunk = std::make_shared<Chunk>();
      chunk->id = {static_cast<uint64_t>(outcome.write_time_ms),
                   static_cast<uint64_t>(record.number * 1000 + 1)};
      chunk->run_id = request.run_id;
      chunk->sequence = record.run.chunk_count++;
      chunk->attempt = 1;
      chunk->create_time_ms = outcome.write_time_ms;
      chunk->content = std::move(content);
      if (record.run.chunk_count == 1) record.run.first_id = chunk->id;
      record.run.last_id = chunk->id;
      record.log.push_back(std::move(chunk));
      ++outcome.written;
    }
    outcome.next_sequence = record.run.chunk_count;
    outcome.next_step = request.step_index + (request.step.has_value() ? 1 : 0);
    if (!record.log.empty()) outcome.last_id = record.log.back()->id;
  }
  Answer<AppendOutcome>(std::move(done), outcome);
}

void MemoryStore::ReadPage(LogPageRequest request, Callback<LogPage> done) {
  LogPage page;
  {
    MutexLock lock(&mu_);
    page.now_ms = NowMs();
    const auto found = records_.find(request.conversation.conversation_id);
    if (found != records_.end()) {
      const Record& record = found->second;
      page.record_exists = true;
      page.log_exists = !record.log.empty();
      page.record_number = record.number;
      page.run_active = record.run.state == RunState::kRunning;
      page.queued_runs = record.queued ? 1 : 0;
      page.run = record.run;
      if (page.log_exists) {
        page.first_id = record.log.front()->id;
        page.last_id = page.record_last = record.log.back()->id;
        const StreamId after =
            request.from_run ? record.run.accept_cursor : request.after;
        auto next = std::upper_bound(
            record.log.begin(), record.log.end(), after,
            [](const StreamId& id, const ChunkPtr& c) { return id < c->id; });
        if (next != record.log.begin() && (*(next - 1))->id == after) {
          page.cursor_exists = true;
          page.cursor_terminal = (*(next - 1))->IsTerminal();
        }
        const auto left = static_cast<int>(record.log.end() - next);
        page.more = left > request.max_entries;
        page.entries.assign(next, next + std::min(left, request.max_entries));
      }
    }
  }
  Answer<LogPage>(std::move(done), std::move(page));
}

void MemoryStore::ReadPositions(std::vector<std::string> conversation_ids,
                                Callback<std::vector<LogPosition>> done) {
  std::vector<LogPosition> positions;
  {
    MutexLock lock(&mu_);
    for (const std::string& id : conversation_ids) {
      LogPosition position;
      if (const auto found = records_.find(id); found != records_.end()) {
        position.record_exists = true;
        position.log_exists = !found->second.log.empty();
        position.record_number = found->second.number;
        position.run_active = found->second.run.state == RunState::kRunning;
        position.queued_runs = found->second.queued ? 1 : 0;
        if (position.log_exists) {
          position.last_id = found->second.log.back()->id;
        }
      }
      positions.push_back(position);
    }
  }
  Answer<std::vector<LogPosition>>(std::move(done), std::move(positions));
}

void MemoryStore::AwaitHint(std::vector<std::string>, absl::Duration,
                            Callback<std::vector<WorkHint>> done) {
  std::vector<WorkHint> hints;
  {
    MutexLock lock(&mu_);
    hints.swap(hints_);
    if (hints.empty()) {
      hint_waiter_ = std::move(done);
      return;
    }
  }
  Answer<std::vector<WorkHint>>(std::move(done), std::move(hints));
}

void MemoryStore::SetListener(WakeListener* listener) {
  MutexLock lock(&listener_mu_);
  listener_ = listener;
}

void MemoryStore::Watch(std::string conversation_id) {
  Post([this, id = std::move(conversation_id)] {
    MutexLock lock(&listener_mu_);
    if (listener_ != nullptr) listener_->OnWatching(id);
  });
}

void MemoryStore::Announce(std::string, std::vector<AgentInfo> agents,
                           StatusCallback done) {
  {
    MutexLock lock(&mu_);
    agents_ = std::move(agents);
    for (AgentInfo& agent : agents_) agent.workers = 1;
  }
  Confirm(std::move(done));
}

void MemoryStore::List(Callback<std::vector<AgentInfo>> done) {
  std::vector<AgentInfo> agents;
  {
    MutexLock lock(&mu_);
    agents = agents_;
  }
  Answer<std::vector<AgentInfo>>(std::move(done), std::move(agents));
}

// What no benchmark asks for, or what costs nothing without Redis.

void MemoryStore::TakeDue(std::string, Callback<std::vector<WorkHint>> done) {
  Answer<std::vector<WorkHint>>(std::move(done), std::vector<WorkHint>{});
}
void MemoryStore::Rescan(Callback<int> done) {
  Answer<int>(std::move(done), 0);
}
void MemoryStore::Settle(WorkHint, StatusCallback done) {
  Confirm(std::move(done));
}
void MemoryStore::LookAgain(WorkHint, absl::Duration, StatusCallback done) {
  Confirm(std::move(done));
}
void MemoryStore::Withdraw(std::string, std::vector<std::string>,
                           StatusCallback done) {
  Confirm(std::move(done));
}
void MemoryStore::Release(std::string, std::string, int, std::string,
                          ReleaseKind, StatusCallback done) {
  Confirm(std::move(done));
}
void MemoryStore::Delete(ConversationKey, bool, StatusCallback done) {
  Confirm(std::move(done), NotHere());
}
void MemoryStore::Cancel(ConversationKey, std::string, Callback<Run> done) {
  Answer<Run>(std::move(done), NotHere());
}
void MemoryStore::GetRun(ConversationKey, std::string, Callback<Run> done) {
  Answer<Run>(std::move(done), NotHere());
}
void MemoryStore::ListRuns(ConversationKey, int, std::string,
                           Callback<Page<Run>> done) {
  Answer<Page<Run>>(std::move(done), NotHere());
}
void MemoryStore::GetConversation(ConversationKey,
                                  Callback<Conversation> done) {
  Answer<Conversation>(std::move(done), NotHere());
}
void MemoryStore::ListConversations(std::string, std::string, int, std::string,
                                    Callback<Page<Conversation>> done) {
  Answer<Page<Conversation>>(std::move(done), NotHere());
}

}  // namespace agent::bench
