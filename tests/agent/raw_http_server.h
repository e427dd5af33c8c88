// A server on a loopback port that answers each connection with the next of the
// scripted replies, byte for byte as told: for stalls, cuts and the order of
// events that no decent server would produce.
#ifndef AGENT_TESTS_AGENT_RAW_HTTP_SERVER_H_
#define AGENT_TESTS_AGENT_RAW_HTTP_SERVER_H_

#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/mutex.h"

namespace agent::testing {

struct RawReply {
  enum class Then { kClose, kReset, kHang };
  std::vector<std::string> parts;  // a part waits for a Release before it,
                                   // except the first
  Then then = Then::kClose;        // kHang: until the server is destroyed
};

// The head of an event stream that ends with the connection.
std::string StreamHead();
// `data: <json>\n\n`.
std::string Event(const std::string& json);
// An event with a piece of text, JSON-escaped by the caller.
std::string TextEvent(const std::string& text);
// The events that end a stream well.
std::string StopEvents();
std::string ErrorReply(int status, const std::string& headers,
                       const std::string& body);

class RawHttpServer {
 public:
  explicit RawHttpServer(std::vector<RawReply> replies);
  ~RawHttpServer();
  RawHttpServer(const RawHttpServer&) = delete;
  RawHttpServer& operator=(const RawHttpServer&) = delete;

  std::string url() const;
  // Lets the next part of a reply go.
  void Release();
  // Whole requests so far, head and body.
  std::vector<std::string> requests() const;

 private:
  void Loop();
  void Serve(int fd, const RawReply& reply);
  bool WaitReadable(int fd);
  bool WaitRelease();

  int listener_ = -1;
  int port_ = 0;
  int wake_[2] = {-1, -1};
  mutable Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  int released_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<RawReply> replies_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace agent::testing

#endif  // AGENT_TESTS_AGENT_RAW_HTTP_SERVER_H_
