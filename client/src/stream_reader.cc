#include "client/src/stream_reader.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "client/src/chunk_kind.h"
#include "client/src/failure.h"

namespace agent::client {
namespace {

// How often in a row the service is asked again for what is missing.
constexpr int kIncompleteMax = 3;
// The contract's bound.
constexpr absl::Duration kHeartbeatMin = absl::Seconds(1);

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

absl::Duration FromProto(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

}  // namespace

ResumableStream::Impl::Impl(
    const std::shared_ptr<grpc::ChannelInterface>& channel,
    v1::StreamResponseRequest request, StreamOptions options)
    : stub_(v1::AgentService::NewStub(channel)),
      connection_(channel),
      request_(std::move(request)),
      options_(std::move(options)),
      order_(request_.cursor(), request_.run_id()),
      outage_(std::make_unique<Outage>(options_.first_retry)) {
  if (!request_.has_heartbeat_interval()) {
    *request_.mutable_heartbeat_interval() = ToProto(
        std::max(kHeartbeatMin, absl::FromChrono(options_.heartbeat_interval)));
  }
}

absl::StatusOr<std::optional<v1::ResponseChunk>> ResumableStream::Impl::Next() {
  while (error_.ok() && !ended_) {
    if (IsCancelled()) {
      Disconnect();
      return absl::CancelledError("the stream was cancelled");
    }
    absl::Status failure;
    if (next_in_batch_ < batch_.chunks_size()) {
      auto chunk = TakeChunk();
      if (chunk.ok() && chunk->has_value()) return chunk;
      failure = chunk.status();
    } else {
      order_.Reach(batch_.cursor());
      failure = ReadBatch();
    }
    if (!failure.ok()) error_ = Recover(failure);
  }
  Disconnect();
  if (!error_.ok()) return error_;
  return std::nullopt;
}

absl::StatusOr<std::optional<v1::ResponseChunk>>
ResumableStream::Impl::TakeChunk() {
  v1::ResponseChunk& chunk = *batch_.mutable_chunks(next_in_batch_++);
  const absl::StatusOr<bool> next = order_.Take(chunk);
  if (!next.ok()) return next.status();
  if (!*next) return std::nullopt;
  Progress();
  incomplete_ = 0;
  if (absl::Status proof = response_.Add(chunk); !proof.ok()) {
    error_ = proof;  // asking again cannot heal it
    return std::nullopt;
  }
  if (IsTerminal(chunk) && !request_.follow()) ended_ = true;
  return std::optional<v1::ResponseChunk>(std::move(chunk));
}

absl::Status ResumableStream::Impl::ReadBatch() {
  batch_.Clear();
  next_in_batch_ = 0;
  if (!Connect()) return absl::OkStatus();  // cancelled: Next() looks
  switch (call_->Read(StallTimeout(), &batch_)) {
    case StreamCall::Event::kBatch:
      // Silence that is told is progress; repetitions alone are not.
      if (batch_.chunks_size() == 0) Progress();
      return absl::OkStatus();
    case StreamCall::Event::kEnd:
      return EndOfCall();
    case StreamCall::Event::kStalled:
      break;
  }
  return absl::DeadlineExceededError("the connection fell silent");
}

bool ResumableStream::Impl::Connect() {
  MutexLock lock(&mu_);
  if (cancelled_) return false;
  if (call_ == nullptr) {
    request_.set_cursor(order_.cursor());
    call_ = std::make_unique<StreamCall>(stub_.get(), request_);
  }
  return true;
}

void ResumableStream::Impl::Disconnect() {
  std::unique_ptr<StreamCall> call;
  MutexLock lock(&mu_);
  call = std::move(call_);
}

absl::Status ResumableStream::Impl::EndOfCall() {
  absl::Status status = call_->Finish();
  if (status.ok()) {
    const bool was_at_end =
        order_.starts_within() && !order_.begun() && !request_.follow();
    if (!was_at_end) return Incomplete("the stream ended before its run did");
    ended_ = true;
    return absl::OkStatus();
  }
  if (absl::IsCancelled(status)) {
    if (IsCancelled()) return absl::OkStatus();
    // Not by us: a proxy or a dying server.
    return absl::UnavailableError(status.message());
  }
  return status;
}

absl::Status ResumableStream::Impl::Recover(const absl::Status& failure) {
  Disconnect();
  batch_.Clear();
  next_in_batch_ = 0;
  const bool incomplete = StreamErrorOf(failure) == StreamError::kIncomplete;
  if (incomplete && ++incomplete_ >= kIncompleteMax) return failure;
  if (!incomplete && !IsTransient(failure)) return failure;
  const auto wait = outage_->OnFailure(failure, absl::Now());
  if (!wait.has_value()) return failure;
  if (options_.on_retry) {
    options_.on_retry(failure, absl::ToChronoMilliseconds(*wait));
  }
  WaitFor(*wait);
  return absl::OkStatus();
}

void ResumableStream::Impl::Progress() {
  outage_ = std::make_unique<Outage>(options_.retry);
  reached_ = true;
}

void ResumableStream::Impl::WaitFor(absl::Duration wait) {
  constexpr std::chrono::nanoseconds kCancelLook =
      std::chrono::milliseconds(50);
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(wait);
  while (!IsCancelled()) {
    const std::chrono::nanoseconds left =
        deadline - std::chrono::steady_clock::now();
    if (left.count() <= 0) return;
    connection_.Poll(std::min(left, kCancelLook));
  }
}

absl::Duration ResumableStream::Impl::StallTimeout() const {
  const absl::Duration silence =
      FromProto(request_.heartbeat_interval()) * options_.missed_heartbeats_max;
  return reached_ ? silence : silence + FromProto(request_.wait());
}

bool ResumableStream::Impl::IsCancelled() {
  MutexLock lock(&mu_);
  return cancelled_;
}

void ResumableStream::Impl::Cancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  if (call_ != nullptr) call_->Cancel();
}

void ResumableStream::Impl::Resume() {
  MutexLock lock(&mu_);
  cancelled_ = false;
}

}  // namespace agent::client
