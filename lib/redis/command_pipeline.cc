#include "lib/redis/command_pipeline.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "lib/base/error.h"

namespace agent {
namespace {

// hiredis moves what one write left over, so that must not grow large.
constexpr uint64_t kMaxUnwrittenBytes = 256 << 10;
// Deadlines are looked through at most this often.
constexpr std::chrono::milliseconds kExpiryStep{5};

absl::Status Overdue() {
  return StoreUnavailable("the store did not answer in time");
}

}  // namespace

void CommandPipeline::Add(std::vector<PendingCommand> commands) {
  for (PendingCommand& command : commands) {
    if (!command.refused.ok()) {
      std::move(command.done)(std::move(command.refused));
      continue;
    }
    next_expiry_ = std::min(next_expiry_, command.deadline);
    unsent_.push_back(std::move(command));
  }
}

SteadyTime CommandPipeline::Turn(RedisConnection* connection, SteadyTime now) {
  Requeue(now);
  if (now >= next_expiry_) Expire(now);
  if (connection != nullptr) Fill(connection, now);
  return delayed_.empty() ? next_expiry_
                          : std::min(next_expiry_, delayed_.begin()->first);
}

void CommandPipeline::Finish(PendingCommand& command,
                             absl::StatusOr<Reply> result) {
  if (!command.done) return;  // overdue, and answered then; or our own
  budget_->Give(command.cost);
  std::exchange(command.done, nullptr)(std::move(result));
}

void CommandPipeline::FinishAll(std::deque<PendingCommand>& commands,
                                const absl::Status& status) {
  std::deque<PendingCommand> taken;
  taken.swap(commands);
  for (PendingCommand& command : taken) Finish(command, status);
}

void CommandPipeline::Requeue(SteadyTime now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    repeats_.push_back(std::move(delayed_.begin()->second));
    delayed_.erase(delayed_.begin());
  }
}

void CommandPipeline::Expire(SteadyTime now) {
  next_expiry_ = SteadyTime::max();
  std::vector<PendingCommand> expired;
  ExpireInFlight(now, &expired);
  ExpireIn(repeats_, now, &expired);
  ExpireIn(unsent_, now, &expired);
  for (auto it = delayed_.begin(); it != delayed_.end();) {
    if (it->second.deadline <= now) {
      expired.push_back(std::move(it->second));
      it = delayed_.erase(it);
    } else {
      next_expiry_ = std::min(next_expiry_, it->second.deadline);
      ++it;
    }
  }
  if (next_expiry_ != SteadyTime::max()) {
    next_expiry_ = std::max(next_expiry_, now + kExpiryStep);
  }
  for (PendingCommand& command : expired) Finish(command, Overdue());
}

void CommandPipeline::ExpireIn(std::deque<PendingCommand>& commands,
                               SteadyTime now,
                               std::vector<PendingCommand>* expired) {
  std::deque<PendingCommand> kept;
  for (PendingCommand& command : commands) {
    if (command.done && command.deadline <= now) {
      expired->push_back(std::move(command));
      continue;
    }
    if (command.done) next_expiry_ = std::min(next_expiry_, command.deadline);
    kept.push_back(std::move(command));
  }
  commands.swap(kept);
}

// They keep their places, so that late replies find nobody and not a neighbour.
void CommandPipeline::ExpireInFlight(SteadyTime now,
                                     std::vector<PendingCommand>* expired) {
  for (PendingCommand& command : in_flight_) {
    if (!command.done) continue;
    if (command.deadline > now) {
      next_expiry_ = std::min(next_expiry_, command.deadline);
      continue;
    }
    // It was written, and since then nothing came at all.
    if (last_reply_ < command.sent) broken_ = "nothing is answered";
    PendingCommand& answered = expired->emplace_back();
    answered.done = std::exchange(command.done, nullptr);
    answered.cost = command.cost;
    answered.wire = std::exchange(command.wire, EncodedCommand());
  }
}

void CommandPipeline::Fill(RedisConnection* connection, SteadyTime now) {
  while (!draining_ && in_flight_.size() < max_in_flight_ &&
         connection->appended() - connection->written() < kMaxUnwrittenBytes) {
    std::deque<PendingCommand>& from = repeats_.empty() ? unsent_ : repeats_;
    if (from.empty()) return;
    PendingCommand command = std::move(from.front());
    from.pop_front();
    Write(connection, now, std::move(command));
  }
}

void CommandPipeline::Write(RedisConnection* connection, SteadyTime now,
                            PendingCommand command) {
  command.sent = now;
  command.position = connection->appended();
  connection->Append(command.wire.bytes());
  in_flight_.push_back(std::move(command));
}

void CommandPipeline::OnConnected() {
  refused_.clear();
  connected_at_ = std::chrono::steady_clock::now();
  draining_ = false;
  broken_.clear();
}

void CommandPipeline::OnDisconnected(const RedisConnection& lost) {
  loading_.clear();
  std::erase_if(repeats_, [](const auto& c) { return c.loads_script; });
  draining_ = false;
  broken_.clear();
  std::deque<PendingCommand> unknown;
  std::deque<PendingCommand> unwritten;
  for (PendingCommand& command : in_flight_) {
    if (command.position < lost.written()) {
      unknown.push_back(std::move(command));
    } else if (command.done) {
      unwritten.push_back(std::move(command));
    }
  }
  in_flight_.clear();
  unsent_.insert(unsent_.begin(), std::make_move_iterator(unwritten.begin()),
                 std::make_move_iterator(unwritten.end()));
  FinishAll(unknown, StoreUnavailable("the connection to the store was lost"));
}

void CommandPipeline::FailAll(const absl::Status& status) {
  FinishAll(in_flight_, status);
  FailUnsent(status);
}

void CommandPipeline::FailUnsent(const absl::Status& status) {
  FinishAll(repeats_, status);
  FinishAll(unsent_, status);
  std::multimap<SteadyTime, PendingCommand> delayed;
  delayed.swap(delayed_);
  for (auto& [when, command] : delayed) Finish(command, status);
}

}  // namespace agent
