#include "tests/bench/call_loop.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "tests/bench/load_plan.h"
#include "tests/bench/rig.h"
#include "tests/bench/stream_load.h"

namespace agent::bench {

// Repeats itself until the loop has had enough, then deletes itself.
class CallLoop::StreamCall {
 public:
  using Request = v1::StreamResponseRequest;
  StreamCall(CallLoop* loop, v1::AgentService::Stub* stub,
             const Request& request)
      : loop_(loop), stub_(stub), request_(request) {}

  void Begin() {
    reading_.emplace(this);
    start_ns_ = MonotonicNs();
    stub_->async()->StreamResponse(&reading_->context, &request_, &*reading_);
    reading_->StartRead(&reading_->batch);
    reading_->StartCall();
  }

 private:
  struct Reading final : grpc::ClientReadReactor<v1::ResponseBatch> {
    explicit Reading(StreamCall* call_in) : call(call_in) {}
    void OnReadDone(bool ok) override {
      if (!ok) return;
      if (first_ns == 0) first_ns = MonotonicNs();
      StartRead(&batch);
    }
    void OnDone(const grpc::Status& status) override {
      call->End(status.ok() && first_ns > 0, first_ns);
    }
    StreamCall* const call;
    int64_t first_ns = 0;
    grpc::ClientContext context;
    v1::ResponseBatch batch;
  };

  // Each call goes before its end is told, as in StreamLoad.
  void End(bool ok, int64_t first_ns) {
    reading_.reset();
    if (!loop_->Ended(ok, first_ns - start_ns_)) {
      delete this;
      return;
    }
    Begin();
  }

  CallLoop* const loop_;
  v1::AgentService::Stub* const stub_;
  const Request request_;
  int64_t start_ns_ = 0;
  std::optional<Reading> reading_;
};

class CallLoop::UnaryCall {
 public:
  using Request = v1::RunAgentRequest;
  UnaryCall(CallLoop* loop, v1::AgentService::Stub* stub,
            const Request& request)
      : loop_(loop), stub_(stub), request_(request) {}

  void Begin() {
    context_.emplace();
    start_ns_ = MonotonicNs();
    stub_->async()->RunAgent(&*context_, &request_, &reply_,
                             [this](const grpc::Status& s) { End(s.ok()); });
  }

 private:
  void End(bool ok) {
    const int64_t end_ns = MonotonicNs();
    context_.reset();
    if (!loop_->Ended(ok, end_ns - start_ns_)) {
      delete this;
      return;
    }
    Begin();
  }

  CallLoop* const loop_;
  v1::AgentService::Stub* const stub_;
  const Request request_;
  int64_t start_ns_ = 0;
  std::optional<grpc::ClientContext> context_;
  v1::RunAgentResponse reply_;
};

CallLoop::CallLoop(const std::string& address, int channels) {
  for (const auto& channel : OpenChannels(address, channels)) {
    stubs_.push_back(v1::AgentService::NewStub(channel));
  }
}

CallLoop::~CallLoop() { stubs_.clear(); }

bool CallLoop::Ended(bool ok, int64_t latency_ns) {
  MutexLock lock(&mu_);
  if (!ok) ++failed_;
  if (ok) latency_.Add(latency_ns);
  if (to_begin_ > 0) {
    --to_begin_;
    return true;
  }
  if (--under_way_ == 0) changed_.NotifyAll();
  return false;
}

template <typename Call, typename Request>
Histogram CallLoop::Loop(const Request& request, int64_t depth, int64_t total) {
  depth = std::min(depth, total);
  {
    MutexLock lock(&mu_);
    under_way_ = depth;
    to_begin_ = total - depth;
    latency_ = Histogram();
  }
  for (int64_t i = 0; i < depth; ++i) {
    const size_t stub = static_cast<size_t>(i) % stubs_.size();
    (new Call(this, stubs_[stub].get(), request))->Begin();
  }
  MutexLock lock(&mu_);
  while (under_way_ > 0) changed_.Wait(&mu_);
  Rig::Expect(failed_ == 0, std::to_string(failed_) + " calls failed");
  return latency_;
}

Histogram CallLoop::Streams(const v1::StreamResponseRequest& request,
                            int64_t depth, int64_t total) {
  return Loop<StreamCall>(request, depth, total);
}

Histogram CallLoop::Unary(const v1::RunAgentRequest& request, int64_t depth,
                          int64_t total) {
  return Loop<UnaryCall>(request, depth, total);
}

Histogram CallLoop::PacedUnary(const v1::RunAgentRequest& request,
                               absl::Duration interval, int64_t total) {
  Histogram latency;
  const absl::Time start = absl::Now();
  for (int64_t i = 0; i < total; ++i) {
    absl::SleepFor(start + i * interval - absl::Now());
    grpc::ClientContext context;
    v1::RunAgentResponse reply;
    const int64_t start_ns = MonotonicNs();
    const grpc::Status status =
        stubs_.front()->RunAgent(&context, request, &reply);
    latency.Add(MonotonicNs() - start_ns);
    Rig::Expect(status.ok(), "a call failed: " + status.error_message());
  }
  return latency;
}

}  // namespace agent::bench
