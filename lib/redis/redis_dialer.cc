#include "lib/redis/redis_dialer.h"

#include <utility>

namespace agent {

RedisDialer::~RedisDialer() {
  interrupt_.Interrupt();
  if (thread_.joinable()) thread_.join();
}

void RedisDialer::Start() {
  thread_ = std::thread([this] {
    BlockSignalsInThisThread();
    Result result = DialRedis(*options_, &interrupt_);
    {
      MutexLock lock(&mu_);
      result_.emplace(std::move(result));
    }
    waker_->Wake();
  });
}

std::optional<RedisDialer::Result> RedisDialer::Take() {
  std::optional<Result> result;
  {
    MutexLock lock(&mu_);
    result.swap(result_);
  }
  if (result.has_value()) thread_.join();
  return result;
}

}  // namespace agent
