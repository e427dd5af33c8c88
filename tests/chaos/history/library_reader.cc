#include "tests/chaos/history/library_reader.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "agent/client/errors.h"
#include "tests/chaos/history/proto_reading.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kStayMin = absl::Milliseconds(50);
constexpr absl::Duration kStayMax = absl::Seconds(5);
constexpr absl::Duration kRetryPause = absl::Milliseconds(40);
constexpr int kSurprisesMax = 20;

}  // namespace

LibraryReader::LibraryReader(Scene* scene, TimerQueue* timers, std::string name,
                             std::string run, absl::Duration mean_stay,
                             uint64_t seed)
    : scene_(*scene),
      timers_(*timers),
      name_(std::move(name)),
      run_(std::move(run)),
      mean_stay_(mean_stay),
      chance_(seed, 0) {}

void LibraryReader::OpenStream(const std::string& cursor) {
  v1::StreamResponseRequest request;
  request.set_conversation_id(scene_.conversation());
  request.set_run_id(run_);
  request.set_cursor(cursor);
  client::StreamOptions options;
  options.heartbeat_interval = std::chrono::seconds(1);
  options.retry.backoff_max = std::chrono::milliseconds(500);
  options.first_retry = options.retry;
  options.on_retry = [this](const absl::Status& why,
                            std::chrono::milliseconds) {
    EndCall(why, Leave::kNot);
    NewCall(stream_->cursor());
  };
  node_ = scene_.calls().AnyNode(&chance_);
  text_ = RunText();
  stream_ = std::make_shared<client::ResumableStream>(
      scene_.calls().channel(node_), request, std::move(options));
  NewCall(cursor);
}

void LibraryReader::NewCall(const std::string& cursor) {
  History& history = scene_.calls().history();
  call_ = history.NextCall();
  history.Add(StreamOpen{call_, name_, node_, scene_.conversation(), run_,
                         cursor, false, true});
}

void LibraryReader::EndCall(const absl::Status& status, Leave leave) {
  scene_.calls().history().Add(StreamEnd{call_, OutcomeOf(status), leave});
}

void LibraryReader::Read() {
  OpenStream("");
  for (;;) {
    const auto timer =
        timers_.After(std::clamp(chance_.About(mean_stay_), kStayMin, kStayMax),
                      [stream = stream_] { stream->Cancel(); });
    absl::StatusOr<std::optional<v1::ResponseChunk>> chunk;
    for (;;) {
      chunk = stream_->Next();
      if (!chunk.ok() || !chunk->has_value()) break;
      Take(**chunk);
    }
    timers_.Cancel(timer);
    if (chunk.ok()) return CheckText();
    if (!AfterFailure(chunk.status())) return;
  }
}

void LibraryReader::Take(const v1::ResponseChunk& message) {
  Chunk chunk = ChunkOf(message);
  if (chunk.IsTerminal()) scene_.Ended(chunk.run_id);
  text_.Add(chunk);
  scene_.calls().history().Add(ChunkSeen{call_, std::move(chunk)});
}

bool LibraryReader::AfterFailure(const absl::Status& status) {
  const bool left = absl::IsCancelled(status);
  if (left && scene_.stop().IsSet() && !scene_.deleted()) {
    EndCall(status, Leave::kBrokenOff);
    return false;
  }
  EndCall(status, left ? Leave::kPlanned : Leave::kNot);
  if (scene_.deleted() || scene_.stop().IsSet()) return false;
  if (left) {
    stream_->Resume();
    NewCall(stream_->cursor());
    return true;
  }
  const client::StreamError error = client::StreamErrorOf(status);
  const bool lost = error == client::StreamError::kLost;
  const bool gone = error == client::StreamError::kNotFound;
  if (gone || client::ErrorReason(status) == "STATE_LOST") {
    scene_.SubmitAgain(&chance_);
  }
  const bool passing = error == client::StreamError::kUnreachable;
  if (!lost && !gone && !passing && ++surprises_ > kSurprisesMax) return false;
  if (!scene_.stop().Sleep(chance_.About(kRetryPause))) return false;
  // The library has given up: whoever goes on reads the run from its beginning.
  scene_.calls().history().Add(StartOver{name_});
  OpenStream("0-0");
  return true;
}

// The library proves the end of a completed run by itself; whether it also
// keeps other texts right is seen here.
void LibraryReader::CheckText() {
  if (stream_->response().text() == text_.text()) {
    return EndCall(absl::OkStatus(), Leave::kNot);
  }
  EndCall(absl::InternalError("the library holds another text than its chunks"),
          Leave::kNot);
}

}  // namespace agent::chaos
