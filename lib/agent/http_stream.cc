#include "lib/agent/http_stream.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>
#include <utility>

#include "lib/base/clock.h"
#include "lib/base/status_macros.h"

namespace agent {
namespace {

// CURL and CURLM are both void to the compiler.
struct EasyDelete {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDelete {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDelete {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

SteadyTime Now() { return std::chrono::steady_clock::now(); }

// One transfer, from its request to its end.
class Transfer {
 public:
  Transfer(const HttpRequest& request, const HttpLimits& limits,
           HttpSink& sink);
  ~Transfer() { curl_multi_remove_handle(multi_.get(), easy_.get()); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  absl::StatusOr<HttpOutcome> Run(RunContext& context);

 private:
  static size_t OnBytes(char* bytes, size_t size, size_t count, void* self);
  size_t Take(std::string_view bytes);
  void SetOptions(const HttpRequest& request);
  absl::Duration UntilStalled() const;
  HttpOutcome Outcome(HttpOutcome::End end) const;
  HttpOutcome Finished() const;

  const HttpLimits limits_;
  HttpSink& sink_;
  const std::unique_ptr<CURLM, MultiDelete> multi_;
  const std::unique_ptr<CURL, EasyDelete> easy_;
  std::unique_ptr<curl_slist, ListDelete> headers_;
  SteadyTime last_bytes_ = Now();
  int64_t received_ = 0;
  absl::Status sink_status_;
};

Transfer::Transfer(const HttpRequest& request, const HttpLimits& limits,
                   HttpSink& sink)
    : limits_(limits),
      sink_(sink),
      multi_(curl_multi_init()),
      easy_(curl_easy_init()) {
  for (const std::string& header : request.headers) {
    curl_slist* list = curl_slist_append(headers_.get(), header.c_str());
    if (headers_ == nullptr) headers_.reset(list);
  }
  SetOptions(request);
  curl_multi_add_handle(multi_.get(), easy_.get());
}

void Transfer::SetOptions(const HttpRequest& request) {
  CURL* easy = easy_.get();
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "agent-service");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(
      easy, CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(absl::ToInt64Milliseconds(limits_.connect_timeout)));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::OnBytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

size_t Transfer::OnBytes(char* bytes, size_t size, size_t count, void* self) {
  return static_cast<Transfer*>(self)->Take({bytes, size * count});
}

size_t Transfer::Take(std::string_view bytes) {
  received_ += static_cast<int64_t>(bytes.size());
  if (received_ > limits_.response_bytes_max) return CURL_WRITEFUNC_ERROR;
  if (sink_.complete()) return bytes.size();
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  sink_status_ = sink_.OnBody(static_cast<int>(status), bytes);
  last_bytes_ = Now();  // after the sink, which may have waited for readers
  return sink_status_.ok() ? bytes.size() : CURL_WRITEFUNC_ERROR;
}

absl::StatusOr<HttpOutcome> Transfer::Run(RunContext& context) {
  CURLM* multi = multi_.get();
  // Unregistered before `multi_` goes.
  const auto guard = context.OnStop([multi] { curl_multi_wakeup(multi); });
  while (true) {
    RETURN_IF_ERROR(context.StopStatus());
    int running = 0;
    curl_multi_perform(multi, &running);
    RETURN_IF_ERROR(sink_status_);
    if (sink_.complete()) return Outcome(HttpOutcome::End::kComplete);
    if (running == 0) return Finished();
    const absl::Duration left = UntilStalled();
    if (left <= absl::ZeroDuration()) {
      return Outcome(HttpOutcome::End::kStalled);
    }
    // Bytes, curl's own timers and the run's stop end it earlier.
    const absl::Duration wait = left + absl::Milliseconds(1);
    curl_multi_poll(multi, nullptr, 0,
                    static_cast<int>(absl::ToInt64Milliseconds(wait)), nullptr);
  }
}

absl::Duration Transfer::UntilStalled() const {
  const absl::Duration limit =
      received_ == 0 ? limits_.first_byte_timeout : limits_.stall_timeout;
  return limit - absl::FromChrono(Now() - last_bytes_);
}

HttpOutcome Transfer::Outcome(HttpOutcome::End end) const {
  HttpOutcome outcome;
  outcome.end = end;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  outcome.status = static_cast<int>(status);
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  if (seconds > 0) outcome.retry_after = absl::Seconds(seconds);
  return outcome;
}

HttpOutcome Transfer::Finished() const {
  int queued = 0;
  const CURLMsg* message = curl_multi_info_read(multi_.get(), &queued);
  const CURLcode code = message == nullptr ? CURLE_OK : message->data.result;
  using End = HttpOutcome::End;
  HttpOutcome outcome = Outcome(End::kComplete);
  outcome.detail = static_cast<int>(code);
  if (code == CURLE_OK) return outcome;
  if (received_ > limits_.response_bytes_max) {
    outcome.end = End::kTooLarge;
  } else {
    outcome.end = outcome.status == 0 ? End::kNotReached : End::kCut;
  }
  return outcome;
}

}  // namespace

absl::StatusOr<HttpOutcome> PostStreaming(const HttpRequest& request,
                                          const HttpLimits& limits,
                                          RunContext& context, HttpSink& sink) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return Transfer(request, limits, sink).Run(context);
}

}  // namespace agent
