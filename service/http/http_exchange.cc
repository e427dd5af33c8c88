#include "service/http/http_exchange.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include <utility>

#include "lib/base/logging.h"

namespace agent {
namespace {

struct BufferDeleter {
  void operator()(evbuffer* buffer) const { evbuffer_free(buffer); }
};
using Buffer = std::unique_ptr<evbuffer, BufferDeleter>;

Buffer ToBuffer(std::string_view bytes) {
  Buffer buffer(evbuffer_new());
  evbuffer_add(buffer.get(), bytes.data(), bytes.size());
  return buffer;
}

bool HasBody(int status) { return status != 204 && status != 304; }

}  // namespace

HttpExchange::HttpExchange(IncomingRequest request, evhttp_request* raw,
                           std::shared_ptr<HttpLoop> loop)
    : request_(std::move(request)), loop_(std::move(loop)), raw_(raw) {}

void HttpExchange::SetHeader(std::string name, std::string value) {
  headers_.Set(std::move(name), std::move(value));
}

// False if it was answered before, or nobody is there to be answered.
bool HttpExchange::TakeAnswer(const HttpReply& reply) {
  if (std::exchange(answered_, true) || raw_ == nullptr) return false;
  LogDebug("http reply", {{"method", request_.method},
                          {"path", request_.path},
                          {"status", reply.status}});
  HttpHeaders head = reply.headers;
  for (const auto& [name, value] : headers_) head.Set(name, value);
  if (!head.Has("Cache-Control")) head.Add("Cache-Control", "no-store");
  head.Set("X-Content-Type-Options", "nosniff");
  evkeyvalq* out = evhttp_request_get_output_headers(raw_);
  for (const auto& [name, value] : head) {
    evhttp_add_header(out, name.c_str(), value.c_str());
  }
  return true;
}

void HttpExchange::Reply(HttpReply reply) {
  if (HasBody(reply.status)) {
    reply.headers.Set("Content-Length", std::to_string(reply.body.size()));
  }
  if (!TakeAnswer(reply)) return;
  // To HEAD evhttp would send a body that it is given.
  const bool bare = request_.method == "HEAD" || !HasBody(reply.status);
  const Buffer body = ToBuffer(bare ? "" : reply.body);
  evhttp_request* raw = std::exchange(raw_, nullptr);
  evhttp_send_reply(raw, reply.status, /*reason=*/nullptr, body.get());
}

void HttpExchange::Begin(HttpReply head) {
  if (!TakeAnswer(head)) return;
  if (request_.minor_version == 0) {
    // Such a body ends with the connection; asked to keep that, evhttp would
    // announce a length of 0.
    evhttp_remove_header(evhttp_request_get_input_headers(raw_), "Connection");
  }
  evhttp_send_reply_start(raw_, head.status, /*reason=*/nullptr);
}

void HttpExchange::Write(std::string_view bytes,
                         absl::AnyInvocable<void()> drained) {
  if (raw_ == nullptr) return;
  drained_ = std::move(drained);
  evhttp_send_reply_chunk_with_cb(raw_, ToBuffer(bytes).get(), OnDrained, this);
}

void HttpExchange::OnDrained(evhttp_connection* /*connection*/, void* self) {
  auto* exchange = static_cast<HttpExchange*>(self);
  const auto keep = exchange->shared_from_this();
  auto drained = std::exchange(exchange->drained_, {});
  if (drained) drained();
}

void HttpExchange::End() {
  drained_ = {};
  if (raw_ == nullptr) return;
  const auto keep = shared_from_this();
  evhttp_send_reply_end(std::exchange(raw_, nullptr));
}

void HttpExchange::OnDone(absl::AnyInvocable<void() &&> function) {
  if (done_) return std::move(function)();
  on_done_.push_back(std::move(function));
}

void HttpExchange::Abandon() {
  evhttp_request* raw = std::exchange(raw_, nullptr);
  // evhttp leaves a request to us that it has parted from its connection.
  if (raw != nullptr && evhttp_request_get_connection(raw) == nullptr) {
    evhttp_request_free(raw);
  }
  Finish();
}

void HttpExchange::Finish() {
  if (std::exchange(done_, true)) return;
  drained_ = {};
  auto functions = std::exchange(on_done_, {});
  for (auto& function : functions) std::move(function)();
}

}  // namespace agent
