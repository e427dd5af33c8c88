// A client that waits for its run's end: reads the run's log to its end, and
// replies with what became of it; or, when the time is up, that it goes on.
#ifndef AGENT_SERVICE_HTTP_RUN_WAIT_H_
#define AGENT_SERVICE_HTTP_RUN_WAIT_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/agent_api.h"
#include "service/http/http_exchange.h"
#include "service/http/http_loop.h"
#include "service/http/run_reply.h"
#include "service/stream_registry.h"

namespace agent {

// Loop thread only, but for Drain. Held by its exchange until that is over.
class RunWait final : public OpenStream,
                      public std::enable_shared_from_this<RunWait> {
 public:
  struct Options {
    AgentApi* api = nullptr;
    StreamRegistry* registry = nullptr;
    absl::Duration limit;
  };

  // Answers in the end, whatever happens: the run was accepted, so that a
  // client that is told an error would start another.
  static void Start(const std::shared_ptr<HttpExchange>& exchange,
                    RunReply reply, Options options);

  void Drain() override;
  // A drain waits for the runs themselves; those that do not end are told as
  // running.
  bool endless() const override { return false; }

 private:
  RunWait(std::shared_ptr<HttpExchange> exchange, RunReply reply,
          Options options);

  void Begin();
  void Read();
  void OnBatch(const absl::StatusOr<ReadBatch>& batch);
  void LookAtRun();
  void OnRun(const absl::StatusOr<v1::Run>& run);
  void LookAtConversation(const v1::Run& run);
  void OnGone();
  void GiveUp() { exchange_->Reply(reply_.Running()); }

  const std::shared_ptr<HttpExchange> exchange_;
  const RunReply reply_;
  const Options options_;
  uint64_t ticket_ = 0;  // none yet
  std::shared_ptr<LogReader> reader_;
  std::unique_ptr<LoopTimer> limit_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_RUN_WAIT_H_
