#include "client/src/stream_call.h"

#include <grpc/support/time.h>

#include "agent/client/errors.h"

namespace agent::client {
namespace {

gpr_timespec DeadlineAfter(absl::Duration timeout) {
  return gpr_time_add(
      gpr_now(GPR_CLOCK_MONOTONIC),
      gpr_time_from_millis(absl::ToInt64Milliseconds(timeout), GPR_TIMESPAN));
}

}  // namespace

StreamCall::StreamCall(v1::AgentService::StubInterface* stub,
                       const v1::StreamResponseRequest& request) {
  reader_ = stub->PrepareAsyncStreamResponse(&context_, request, &queue_);
  reader_->StartCall(this);
}

StreamCall::~StreamCall() {
  context_.TryCancel();
  Drain();
  if (!finished_) {
    reader_->Finish(&status_, this);
    pending_ = 1;
    Drain();
  }
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

StreamCall::Event StreamCall::Read(absl::Duration timeout,
                                   v1::ResponseBatch* batch) {
  if (!started_) {
    const Wait wait = WaitForTag(timeout);
    if (wait == Wait::kTimeout) return Event::kStalled;
    if (wait == Wait::kFailed) return Event::kEnd;
    started_ = true;
  }
  reader_->Read(&batch_, this);
  pending_ = 1;
  switch (WaitForTag(timeout)) {
    case Wait::kOk:
      batch->Swap(&batch_);
      return Event::kBatch;
    case Wait::kFailed:
      return Event::kEnd;
    case Wait::kTimeout:
      break;
  }
  return Event::kStalled;
}

StreamCall::Wait StreamCall::WaitForTag(absl::Duration timeout) {
  void* tag = nullptr;
  bool ok = false;
  switch (queue_.AsyncNext(&tag, &ok, DeadlineAfter(timeout))) {
    case grpc::CompletionQueue::GOT_EVENT:
      pending_ = 0;
      return ok ? Wait::kOk : Wait::kFailed;
    case grpc::CompletionQueue::TIMEOUT:
      context_.TryCancel();
      return Wait::kTimeout;
    case grpc::CompletionQueue::SHUTDOWN:
      break;
  }
  return Wait::kFailed;
}

absl::Status StreamCall::Finish() {
  Drain();
  reader_->Finish(&status_, this);
  pending_ = 1;
  Drain();
  finished_ = true;
  return FromGrpcStatus(status_);
}

void StreamCall::Drain() {
  void* tag = nullptr;
  bool ok = false;
  while (pending_ > 0 && queue_.Next(&tag, &ok)) pending_ = 0;
}

}  // namespace agent::client
