#include "service/http/stream_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "service/http/http_errors.h"
#include "service/http/media_types.h"
#include "service/http/sse_writer.h"
#include "service/public_error.h"

namespace agent {
namespace {

constexpr char kEventStream[] = "text/event-stream";
constexpr absl::Duration kMaxLookAfter = absl::Seconds(2);

SteadyTime Now() { return std::chrono::steady_clock::now(); }

HttpReply StreamHead(const std::string& content_type) {
  return {200,
          {{"Content-Type", content_type},
           {"Cache-Control", "no-cache"},
           {"X-Accel-Buffering", "no"}},  // for nginx: pass it on at once
          ""};
}

bool Passes(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status);
}

}  // namespace

void RefuseStream(const absl::Status& status, HttpExchange* exchange) {
  const bool events =
      Accepts(exchange->request().headers.Joined("Accept"), kEventStream);
  if (!events || !Passes(status)) return exchange->Reply(ErrorReply(status));
  HttpReply reply = StreamHead(kEventStream);
  reply.body = SseWriter::TryLater(status);
  exchange->Reply(std::move(reply));
}

absl::StatusOr<std::shared_ptr<StreamSession>> StreamSession::Create(
    std::shared_ptr<HttpExchange> exchange, Options options) {
  std::shared_ptr<StreamSession> session(
      new StreamSession(std::move(exchange), std::move(options)));
  auto ticket = session->options_.registry->Add(session);
  if (!ticket.ok()) return ticket.status();
  session->ticket_ = *ticket;
  session->exchange_->OnDone([session] { session->OnGone(); });
  return session;
}

StreamSession::StreamSession(std::shared_ptr<HttpExchange> exchange,
                             Options options)
    : exchange_(std::move(exchange)),
      options_(std::move(options)),
      cursor_(options_.cursor),
      look_after_(options_.first_look) {}

void StreamSession::Start(absl::StatusOr<std::shared_ptr<LogReader>> reader) {
  if (over_) return;  // the client has gone, or we drain
  if (!reader.ok()) return Fail(reader.status());
  reader_ = *std::move(reader);
  look_ = std::make_unique<LoopTimer>(&exchange_->loop(),
                                      [this] { LookWhetherItWaits(); });
  look_->Start(look_after_);
  Read();
}

void StreamSession::Read() {
  if (over_) return;
  reader_->Next([weak = weak_from_this(),
                 exchange = exchange_](absl::StatusOr<ReadBatch> batch) {
    exchange->loop().Post([weak, batch = std::move(batch)] {
      if (const auto self = weak.lock()) self->OnBatch(batch);
    });
  });
}

void StreamSession::OnBatch(const absl::StatusOr<ReadBatch>& batch) {
  if (over_) return;
  if (!batch.ok()) return Fail(batch.status());
  if (!begun_ && batch->ended && batch->chunks.empty()) {
    over_ = true;
    return exchange_->Reply({204, {}, ""});
  }
  Begin();
  std::string bytes;
  for (const ChunkPtr& chunk : batch->chunks) {
    options_.writer->Write(*chunk, &bytes);
  }
  cursor_ = batch->cursor.ToString();
  Send(bytes, batch->ended);
}

void StreamSession::Begin() {
  if (over_ || std::exchange(begun_, true)) return;
  look_.reset();
  HttpReply head = StreamHead(options_.writer->ContentType());
  if (IsHead()) {
    over_ = true;
    return exchange_->Reply(std::move(head));
  }
  exchange_->Begin(std::move(head));
  exchange_->Write(options_.writer->Opening());
  last_write_ = Now();
  if (options_.writer->KeepAlive().empty()) return;
  silence_ =
      std::make_unique<LoopTimer>(&exchange_->loop(), [this] { OnSilence(); });
  silence_->Start(options_.keep_alive);
}

void StreamSession::Send(const std::string& bytes, bool ended) {
  if (over_) return;
  last_write_ = Now();
  if (ended) {
    over_ = true;
    exchange_->Write(bytes);
    return exchange_->End();
  }
  if (bytes.empty()) return Read();  // chunks that are not seen
  writing_ = true;
  exchange_->Write(bytes, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->writing_ = false;
    self->Read();
  });
}

void StreamSession::Fail(const absl::Status& status) {
  if (std::exchange(over_, true)) return;
  const absl::Status told = WithCursor(status, cursor_);
  if (!begun_) return RefuseStream(told, exchange_.get());
  exchange_->Write(options_.writer->Error(told));
  exchange_->End();
}

// The reader has told nothing. If the store has said where it stands, there is
// a stream, and the client is to know it; but what it said may already be the
// end, on its way here: that is seen by the next look.
void StreamSession::LookWhetherItWaits() {
  if (over_ || begun_) return;
  const bool stands = reader_->Start().has_value();
  if (stands && waits_) return Begin();
  waits_ = stands;
  if (!stands) look_after_ = std::min(2 * look_after_, kMaxLookAfter);
  look_->Start(look_after_);
}

void StreamSession::OnSilence() {
  if (over_) return;
  const absl::Duration silence = absl::FromChrono(Now() - last_write_);
  if (!writing_ && silence >= options_.keep_alive) {
    exchange_->Write(options_.writer->KeepAlive());
    last_write_ = Now();
    return silence_->Start(options_.keep_alive);
  }
  silence_->Start(
      std::max(options_.keep_alive - silence, options_.keep_alive / 10));
}

void StreamSession::Drain() {
  exchange_->loop().Post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->Fail(DrainingError());
  });
}

void StreamSession::OnGone() {
  over_ = true;
  look_.reset();
  silence_.reset();
  if (reader_ != nullptr) reader_->Cancel();
  options_.registry->Remove(ticket_);
}

}  // namespace agent
