#include "tests/bench/stream_load.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "lib/base/clock.h"
#include "tests/bench/load_plan.h"

namespace agent::bench {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(2);

}  // namespace

std::vector<std::shared_ptr<grpc::Channel>> OpenChannels(
    const std::string& address, int count) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetMaxReceiveMessageSize(-1);
    channels.push_back(grpc::CreateCustomChannel(
        address, grpc::InsecureChannelCredentials(), arguments));
  }
  return channels;
}

// Deletes itself when its call is done.
class StreamLoad::Reader final
    : public grpc::ClientReadReactor<v1::ResponseBatch> {
 public:
  Reader(StreamLoad* load, const v1::StreamResponseRequest& request, bool stuck)
      : load_(load), request_(request), stuck_(stuck) {}

  void Begin(v1::AgentService::Stub* stub) {
    start_ns_ = MonotonicNs();
    stub->async()->StreamResponse(&context_, &request_, this);
    StartRead(&batch_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

 private:
  void OnReadInitialMetadataDone(bool) override {
    MutexLock lock(&load_->mu_);
    ++load_->totals_.opened;
    load_->changed_.NotifyAll();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    Count();
    if (stuck_ && batch_.chunks_size() > 0) return;
    StartRead(&batch_);
  }

  void Count() {
    const int64_t now = MonotonicNs();
    MutexLock lock(&load_->mu_);
    StreamTotals& totals = load_->totals_;
    if (!seen_) totals.first_message.Add(now - start_ns_);
    seen_ = true;
    ++totals.messages;
    totals.last_ns = now;
    totals.chunks += batch_.chunks_size();
    for (const v1::ResponseChunk& chunk : batch_.chunks()) {
      const int64_t stamp = StampOf(chunk.text());
      if (stamp > 0) totals.latency.Add(now - stamp);
    }
  }

  // The call goes before its end is told: whoever waits for that may then drop
  // the channel, which must not happen on a thread of gRPC's own.
  void OnDone(const grpc::Status& status) override {
    StreamLoad* const load = load_;
    const grpc::Status end = status;
    load->Forget(this);
    delete this;
    load->CountEnd(end);
  }

  StreamLoad* const load_;
  const v1::StreamResponseRequest request_;
  const bool stuck_;
  bool seen_ = false;
  int64_t start_ns_ = 0;
  grpc::ClientContext context_;
  v1::ResponseBatch batch_;
};

StreamLoad::StreamLoad(const std::string& address, int channels) {
  for (const auto& channel : OpenChannels(address, channels)) {
    stubs_.push_back(v1::AgentService::NewStub(channel));
  }
}

StreamLoad::~StreamLoad() {
  {
    MutexLock lock(&mu_);
    for (Reader* reader : open_) reader->Cancel();
    while (totals_.ended < started_) changed_.Wait(&mu_);
  }
  stubs_.clear();  // waits for gRPC's threads to leave us
}

void StreamLoad::Forget(const Reader* reader) {
  MutexLock lock(&mu_);
  std::erase(open_, reader);
}

void StreamLoad::CountEnd(const grpc::Status& status) {
  MutexLock lock(&mu_);
  ++totals_.ended;
  if (!status.ok()) {
    ++totals_.failed;
    totals_.failure = status.error_message();
  }
  changed_.NotifyAll();
}

void StreamLoad::Open(const v1::StreamResponseRequest& request) {
  Start(request, false);
}

void StreamLoad::OpenStuck(const v1::StreamResponseRequest& request) {
  Start(request, true);
}

void StreamLoad::Start(const v1::StreamResponseRequest& request, bool stuck) {
  auto* reader = new Reader(this, request, stuck);
  size_t stub = 0;
  {
    MutexLock lock(&mu_);
    stub = static_cast<size_t>(started_++) % stubs_.size();
    open_.push_back(reader);
  }
  reader->Begin(stubs_[stub].get());
}

template <typename Condition>
bool StreamLoad::AwaitUntil(Condition condition, absl::Duration patience) {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const SteadyTime deadline = now() + ToChrono(patience);
  MutexLock lock(&mu_);
  while (!condition(totals_)) {
    if (now() >= deadline) return false;
    // Messages wake nobody: that would cost what is to be measured.
    changed_.WaitUntil(&mu_, std::min(deadline, now() + ToChrono(kLook)));
  }
  return true;
}

bool StreamLoad::AwaitOpened(int64_t streams, absl::Duration patience) {
  return AwaitUntil(
      [streams](const StreamTotals& t) { return t.opened >= streams; },
      patience);
}

bool StreamLoad::AwaitEnded(int64_t streams, absl::Duration patience) {
  return AwaitUntil(
      [streams](const StreamTotals& t) { return t.ended >= streams; },
      patience);
}

bool StreamLoad::AwaitChunks(int64_t chunks, absl::Duration patience) {
  return AwaitUntil(
      [chunks](const StreamTotals& t) { return t.chunks >= chunks; }, patience);
}

StreamTotals StreamLoad::totals() {
  MutexLock lock(&mu_);
  return totals_;
}

}  // namespace agent::bench
