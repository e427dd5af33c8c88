// An HTTP client for tests that sends the very bytes it is told to, and reads
// replies as they come.
#ifndef AGENT_TESTS_HTTP_RAW_CLIENT_H_
#define AGENT_TESTS_HTTP_RAW_CLIENT_H_

#include <sys/time.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agent::testing {

struct ReceivedReply {
  int status = 0;                              // 0: there was none
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string Header(const std::string& name) const;
};

// One connection. Nothing waits longer than 20 s.
class RawClient {
 public:
  // `address`: host:port of this machine.
  explicit RawClient(const std::string& address);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False if the other side has closed.
  bool Send(std::string_view bytes);
  // A request of that line (`GET /x`), a host, those header lines, and a body.
  bool SendRequest(const std::string& line, const std::string& headers = "",
                   std::optional<std::string> body = std::nullopt);

  // The whole of the next reply; `head_only` of one to HEAD.
  ReceivedReply ReadReply(bool head_only = false);
  // Only its head; the body is read by what follows.
  ReceivedReply ReadHead();
  // The next piece of a chunked body; empty at its end.
  std::string ReadChunk();
  // Chunks until one ends with `text`, or the end of the body.
  std::string ReadChunksUntil(std::string_view text);
  // All bytes until the other side closes.
  std::string ReadToClose();
  // The other side closes, or has closed, without another byte.
  bool AwaitClose();

  void SetSendPatience(timeval patience);
  void Close();
  // Takes as little as possible into the kernel before it is read.
  void ShrinkReceiveBuffer();

 private:
  bool Fill();
  bool ReadLine(std::string* line);
  std::string ReadBytes(size_t count);

  int fd_ = -1;
  std::string buffer_;
};

// A whole exchange on a connection of its own.
ReceivedReply Fetch(const std::string& address, const std::string& line,
                    const std::string& headers = "",
                    std::optional<std::string> body = std::nullopt);

}  // namespace agent::testing

#endif  // AGENT_TESTS_HTTP_RAW_CLIENT_H_
