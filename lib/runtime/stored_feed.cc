#include "lib/runtime/stored_feed.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace agent {

StoredFeed::StoredFeed(const RunAssignment& assignment, OnStored on_stored,
                       AgentResponseCallback* callback)
    : context_{assignment.agent, assignment.conversation_id, assignment.run_id,
               assignment.attempt},
      on_stored_(std::move(on_stored)),
      callback_(callback),
      first_sequence_(assignment.next_sequence),
      next_sequence_(assignment.next_sequence) {}

void StoredFeed::Deliver(int64_t sequence, std::vector<ChunkContent> contents,
                         const AppendOutcome& outcome) {
  std::vector<ChunkPtr> written, news;
  const auto count = static_cast<int64_t>(contents.size());
  written.reserve(contents.size());
  for (int64_t i = 0; i < count; ++i) {
    auto chunk = std::make_shared<Chunk>();
    chunk->content = std::move(contents[static_cast<size_t>(i)]);
    // An end takes the next number there is: more may have been stored before
    // it than was acknowledged.
    const int64_t last = outcome.next_sequence - 1;
    chunk->sequence = chunk->IsTerminal() ? last : sequence + i;
    const int64_t back = last - chunk->sequence;
    chunk->id = {outcome.last_id.ms,
                 outcome.last_id.seq - static_cast<uint64_t>(back) * 1000};
    chunk->run_id = context_.run_id;
    chunk->attempt = context_.attempt;
    chunk->create_time_ms = outcome.write_time_ms;
    if (back < outcome.written) written.push_back(chunk);
    // A cancelled end is led by the attempt's first entry in case something was
    // lost. Nothing was: another chunk stands at its place.
    const bool passed_over = chunk->IsAttemptStarted() &&
                             chunk->sequence != first_sequence_ &&
                             back >= outcome.written;
    const bool new_to_callback =
        callback_ != nullptr && chunk->sequence >= next_sequence_;
    if (new_to_callback && !passed_over) {
      news.push_back(std::move(chunk));
    }
  }
  if (on_stored_ && !written.empty()) {
    on_stored_(context_.conversation_id, std::move(written));
  }
  next_sequence_ = std::max(next_sequence_, outcome.next_sequence);
  if (callback_ == nullptr) return;
  for (const ChunkPtr& chunk : news) {
    callback_->OnStreamingResponseUpdate(chunk, context_);
  }
}

void StoredFeed::DeliverEnd(const RunEnd& end, const std::string& text) {
  if (callback_ != nullptr) callback_->OnAgentResponse(end, text, context_);
}

}  // namespace agent
