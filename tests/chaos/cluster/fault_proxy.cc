#include "tests/chaos/cluster/fault_proxy.h"

#include <utility>

#include "lib/base/status_macros.h"
#include "tests/chaos/cluster/proxy_loop.h"

namespace agent::chaos {

absl::StatusOr<std::unique_ptr<FaultProxy>> FaultProxy::Start(
    const std::string& upstream, int listeners) {
  auto loop = std::make_unique<ProxyLoop>(upstream);
  for (int i = 0; i < listeners; ++i) RETURN_IF_ERROR(loop->Listen());
  return std::unique_ptr<FaultProxy>(new FaultProxy(std::move(loop)));
}

FaultProxy::FaultProxy(std::unique_ptr<ProxyLoop> loop)
    : loop_(std::move(loop)),
      thread_([running = loop_.get()] { running->Run(); }) {}

FaultProxy::~FaultProxy() {
  loop_->Stop();
  thread_.join();
}

int FaultProxy::port(int listener) const { return loop_->port(listener); }

void FaultProxy::SetMood(int listener, ProxyMood mood) {
  loop_->SetMood(listener, mood);
}

int FaultProxy::Drop(int listener) { return loop_->Drop(listener); }

int64_t FaultProxy::lost_reply_bytes(int listener) const {
  return loop_->lost_reply_bytes(listener);
}

int FaultProxy::connections(int listener) const {
  return loop_->connections(listener);
}

}  // namespace agent::chaos
