#include "lib/runtime/append_backlog.h"

#include <algorithm>
#include <utility>

namespace agent {
namespace {

struct ContentBytes {
  size_t operator()(const TextPiece& c) const { return c.text.size(); }
  size_t operator()(const ToolCall& c) const {
    return c.call_id.size() + c.name.size() + c.arguments.size();
  }
  size_t operator()(const ToolResult& c) const {
    return c.call_id.size() + c.result.size();
  }
  template <typename T>
  size_t operator()(const T&) const {
    return 0;
  }
};

ChunkContent Terminal(const RunEnd& end) {
  switch (end.state) {
    case RunState::kCompleted: {
      RunCompleted completed = end.completed;
      completed.usage = end.usage;
      return completed;
    }
    case RunState::kCancelled:
      return RunCancelled{};
    default:
      return end.failed;
  }
}

bool IsAttempt(const ChunkContent& content) {
  return std::holds_alternative<AttemptStarted>(content);
}

}  // namespace

AppendBacklog::AppendBacklog(int64_t next_sequence, int64_t next_step)
    : next_sequence_(next_sequence), next_step_(next_step) {}

void AppendBacklog::Add(Item item) {
  item.sequence = next_sequence_;
  item.step_index = next_step_;
  waiting_bytes_ += item.bytes;
  if (std::holds_alternative<ChunkContent>(item.what)) {
    ++next_sequence_;
    ++waiting_chunks_;
  } else if (std::holds_alternative<Step>(item.what)) {
    ++next_step_;
  }
  items_.push_back(std::move(item));
}

void AppendBacklog::AddChunk(ChunkContent content) {
  const size_t bytes = std::visit(ContentBytes{}, content);
  Add({.what = std::move(content), .bytes = bytes, .stored_at = {}});
}

void AppendBacklog::AddStep(std::string json) {
  const size_t bytes = json.size();
  Add({.what = Step{std::move(json)}, .bytes = bytes, .stored_at = {}});
}

void AppendBacklog::AddEnd(RunEnd end) {
  Add({.what = std::move(end), .bytes = 0, .stored_at = {}});
}

// Chunks up to the bounds, then the step and the end that follow at once.
size_t AppendBacklog::RequestLength() const {
  size_t length = 0, bytes = 0;
  const size_t waiting = items_.size() - first_waiting_;
  for (; length < waiting; ++length) {
    const Item& item = items_[first_waiting_ + length];
    const auto* chunk = std::get_if<ChunkContent>(&item.what);
    if (chunk == nullptr) break;
    if (length > 0 && (IsAttempt(*chunk) || length == kMaxAppendChunks ||
                       bytes + item.bytes > kMaxAppendBytes)) {
      return length;
    }
    bytes += item.bytes;
    if (IsAttempt(*chunk)) {  // alone, nothing may delay it; but for the end
      return 1 < waiting && Holds<RunEnd>(first_waiting_ + 1) ? 2 : 1;
    }
  }
  if (length < waiting && Holds<Step>(first_waiting_ + length)) ++length;
  if (length < waiting && Holds<RunEnd>(first_waiting_ + length)) ++length;
  return length;
}

AppendRequest AppendBacklog::NextRequest() {
  AppendRequest request;
  request.sequence = waiting_sequence();
  request.step_index = waiting_step();
  if (in_flight_ == 0) in_flight_ = RequestLength();
  request.chunks.reserve(in_flight_);
  for (size_t i = 0; i < in_flight_; ++i) {
    const auto& what = items_[first_waiting_ + i].what;
    if (const auto* chunk = std::get_if<ChunkContent>(&what)) {
      request.chunks.push_back(*chunk);
    } else if (const auto* step = std::get_if<Step>(&what)) {
      request.step = step->json;
    } else {
      request.end = std::get<RunEnd>(what);
    }
  }
  return request;
}

std::vector<ChunkContent> AppendBacklog::InFlight() const {
  std::vector<ChunkContent> contents;
  contents.reserve(in_flight_);
  for (size_t i = 0; i < in_flight_; ++i) {
    const auto& what = items_[first_waiting_ + i].what;
    if (const auto* chunk = std::get_if<ChunkContent>(&what)) {
      contents.push_back(*chunk);
    } else if (const auto* end = std::get_if<RunEnd>(&what)) {
      contents.push_back(Terminal(*end));
    }
  }
  return contents;
}

int64_t AppendBacklog::waiting_sequence() const {
  return empty() ? next_sequence_ : items_[first_waiting_].sequence;
}

int64_t AppendBacklog::waiting_step() const {
  return empty() ? next_step_ : items_[first_waiting_].step_index;
}

int64_t AppendBacklog::in_flight_end() const {
  const size_t next = first_waiting_ + in_flight_;
  return next == items_.size() ? next_sequence_ : items_[next].sequence;
}

bool AppendBacklog::EndInFlight() const {
  if (in_flight_ == 0) return false;
  return std::holds_alternative<RunEnd>(
      items_[first_waiting_ + in_flight_ - 1].what);
}

void AppendBacklog::Acknowledge(SteadyTime now) {
  for (; in_flight_ > 0; --in_flight_, ++first_waiting_) {
    Item& item = items_[first_waiting_];
    item.stored_at = now;
    waiting_bytes_ -= item.bytes;
    kept_bytes_ += item.bytes;
    if (std::holds_alternative<ChunkContent>(item.what)) --waiting_chunks_;
  }
  DropKept(now);
}

void AppendBacklog::DropKept(SteadyTime now) {
  while (first_waiting_ > 0) {
    const Item& oldest = items_.front();
    const bool young = now - oldest.stored_at < ToChrono(kKeepStored);
    if (young && kept_bytes_ <= kMaxKeptBytes) return;
    kept_bytes_ -= oldest.bytes;
    items_.pop_front();
    --first_waiting_;
  }
}

bool AppendBacklog::Rewind(int64_t next_sequence, int64_t next_step) {
  in_flight_ = 0;
  const auto lacking =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) {
        if (std::holds_alternative<ChunkContent>(item.what)) {
          return item.sequence >= next_sequence;
        }
        if (std::holds_alternative<Step>(item.what)) {
          return item.step_index >= next_step;
        }
        return true;
      });
  const bool at_end = lacking == items_.end();
  const int64_t sequence = at_end ? next_sequence_ : lacking->sequence;
  const int64_t step_index = at_end ? next_step_ : lacking->step_index;
  if (sequence > next_sequence || step_index > next_step) return false;

  const auto first = static_cast<size_t>(lacking - items_.begin());
  for (; first_waiting_ > first; --first_waiting_) {
    const Item& item = items_[first_waiting_ - 1];
    kept_bytes_ -= item.bytes;
    waiting_bytes_ += item.bytes;
    if (std::holds_alternative<ChunkContent>(item.what)) ++waiting_chunks_;
  }
  return true;
}

void AppendBacklog::Clear(int64_t next_sequence, int64_t next_step) {
  *this = AppendBacklog(next_sequence, next_step);
}

}  // namespace agent
