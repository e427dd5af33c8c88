// One request and the way to answer it.
//
//   exchange->Reply(TextReply(200, "hello"));
//
// or, piece by piece,
//
//   exchange->Begin(head);
//   exchange->Write("a", [] { /* all of it is the kernel's: write on */ });
//   exchange->End();
#ifndef AGENT_SERVICE_HTTP_HTTP_EXCHANGE_H_
#define AGENT_SERVICE_HTTP_HTTP_EXCHANGE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "service/http/http_loop.h"
#include "service/http/http_reply.h"
#include "service/http/incoming_request.h"

struct evhttp_connection;
struct evhttp_request;

namespace agent {

// Loop thread only, but for request() and loop(); it may be let go of anywhere.
// Once the client has gone, answering does nothing.
class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
 public:
  HttpExchange(IncomingRequest request, evhttp_request* raw,
               std::shared_ptr<HttpLoop> loop);

  const IncomingRequest& request() const { return request_; }
  HttpLoop& loop() const { return *loop_; }

  // Goes into whatever reply this gets.
  void SetHeader(std::string name, std::string value);

  // The whole answer. Only the first one counts.
  void Reply(HttpReply reply);

  // The head of an answer in pieces; its own body is ignored.
  void Begin(HttpReply head);
  // `drained` is called once all of it has been handed to the kernel: the
  // output never holds more than what was written since. Dropped if another
  // Write or End comes first.
  void Write(std::string_view bytes, absl::AnyInvocable<void()> drained = {});
  void End();

  // An answer has begun.
  bool answered() const { return answered_; }

  // Calls it once: when the answer is out, or cannot be, as the client has
  // gone. May be asked for by several.
  void OnDone(absl::AnyInvocable<void() &&> function);

 private:
  friend class HttpConnection;

  static void OnDrained(evhttp_connection* connection, void* self);

  bool TakeAnswer(const HttpReply& reply);
  // By its connection: the end, whatever it was.
  void Finish();
  // The client left: what is to become of the raw request.
  void Abandon();

  const IncomingRequest request_;
  const std::shared_ptr<HttpLoop> loop_;
  evhttp_request* raw_;  // null once there is nothing more to say
  HttpHeaders headers_;
  bool answered_ = false;
  bool done_ = false;
  absl::AnyInvocable<void()> drained_;
  std::vector<absl::AnyInvocable<void() &&>> on_done_;
};

}  // namespace agent

#endif  // AGENT_SERVICE_HTTP_HTTP_EXCHANGE_H_
