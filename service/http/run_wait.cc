#include "service/http/run_wait.h"

#include <utility>

#include "service/http/api_call.h"

namespace agent {

void RunWait::Start(const std::shared_ptr<HttpExchange>& exchange,
                    RunReply reply, Options options) {
  std::shared_ptr<RunWait> wait(
      new RunWait(exchange, std::move(reply), options));
  exchange->OnDone([wait] { wait->OnGone(); });
  wait->Begin();
}

RunWait::RunWait(std::shared_ptr<HttpExchange> exchange, RunReply reply,
                 Options options)
    : exchange_(std::move(exchange)),
      reply_(std::move(reply)),
      options_(options) {}

void RunWait::Begin() {
  const auto ticket = options_.registry->Add(weak_from_this());
  if (!ticket.ok()) return GiveUp();
  ticket_ = *ticket;
  v1::StreamResponseRequest request;
  request.set_conversation_id(reply_.accepted().conversation_id());
  request.set_run_id(reply_.accepted().run_id());
  auto reader = options_.api->OpenStream(request);
  if (!reader.ok()) return GiveUp();
  reader_ = *std::move(reader);
  limit_ =
      std::make_unique<LoopTimer>(&exchange_->loop(), [this] { GiveUp(); });
  limit_->Start(options_.limit);
  Read();
}

void RunWait::Read() {
  reader_->Next([weak = weak_from_this(),
                 exchange = exchange_](absl::StatusOr<ReadBatch> batch) {
    exchange->loop().Post([weak, batch = std::move(batch)] {
      if (const auto self = weak.lock()) self->OnBatch(batch);
    });
  });
}

void RunWait::OnBatch(const absl::StatusOr<ReadBatch>& batch) {
  if (exchange_->answered()) return;
  // Of what cannot be read, because it has expired, say, the record knows.
  if (!batch.ok() || batch->ended) return LookAtRun();
  Read();
}

void RunWait::LookAtRun() {
  v1::GetRunRequest request;
  request.set_conversation_id(reply_.accepted().conversation_id());
  request.set_run_id(reply_.accepted().run_id());
  CallApi(options_.api, &AgentApi::GetRun, request, exchange_,
          [self = shared_from_this()](const absl::StatusOr<v1::Run>& run) {
            self->OnRun(run);
          });
}

void RunWait::OnRun(const absl::StatusOr<v1::Run>& run) {
  if (absl::IsNotFound(run.status())) {
    return exchange_->Reply(ErrorReply(run.status()));
  }
  if (!run.ok()) return GiveUp();
  switch (run->state()) {
    case v1::Run::COMPLETED:
      return LookAtConversation(*run);
    case v1::Run::FAILED:
    case v1::Run::CANCELLED:
      return exchange_->Reply(reply_.Failed(*run));
    default:
      return GiveUp();
  }
}

void RunWait::LookAtConversation(const v1::Run& run) {
  v1::GetConversationRequest request;
  request.set_conversation_id(run.conversation_id());
  CallApi(options_.api, &AgentApi::GetConversation, request, exchange_,
          [self = shared_from_this(),
           run](const absl::StatusOr<v1::Conversation>& conversation) {
            if (!conversation.ok()) return self->GiveUp();
            self->exchange_->Reply(self->reply_.Success(run, *conversation));
          });
}

void RunWait::Drain() {
  exchange_->loop().Post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->GiveUp();
  });
}

void RunWait::OnGone() {
  limit_.reset();
  if (reader_ != nullptr) reader_->Cancel();
  if (ticket_ != 0) options_.registry->Remove(ticket_);
}

}  // namespace agent
