#include "tests/chaos/history/raw_reader.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "agent/client/errors.h"
#include "agent/v1/agent_service.grpc.pb.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/proto_reading.h"

namespace agent::chaos {
namespace {

constexpr absl::Duration kStayMin = absl::Milliseconds(5);
// Also how long a reader may take to notice that all is over.
constexpr absl::Duration kStayMax = absl::Seconds(5);
constexpr absl::Duration kRetryPause = absl::Milliseconds(40);
// How long a call without a chunk is when all runs are known to have ended, and
// how many such calls there are before a reader gives up: a power loss may have
// taken an end back, and its run be attempted for the last time.
constexpr absl::Duration kSilence = absl::Seconds(2);
constexpr int kSilencesMax = 15;
constexpr int kSurprisesMax = 20;
constexpr int kHeartbeatSeconds = 1;

// By the reader's own deadline.
bool IsTimeOver(const Outcome& outcome) {
  return outcome.code == absl::StatusCode::kDeadlineExceeded &&
         outcome.reason.empty();
}

}  // namespace

RawReader::RawReader(Scene* scene, ReaderHabits habits, uint64_t seed)
    : scene_(*scene),
      habits_(std::move(habits)),
      chance_(seed, 0),
      cursor_(habits_.cursor) {}

void RawReader::Read() {
  while (AfterCall(Call())) {
    if (scene_.stop().IsSet() || surprises_ > kSurprisesMax) return;
  }
}

v1::StreamResponseRequest RawReader::MakeRequest() const {
  v1::StreamResponseRequest request;
  request.set_conversation_id(scene_.conversation());
  request.set_run_id(habits_.run);
  request.set_cursor(cursor_);
  request.set_follow(habits_.follow);
  request.mutable_heartbeat_interval()->set_seconds(kHeartbeatSeconds);
  request.mutable_wait()->set_seconds(absl::ToInt64Seconds(habits_.wait));
  return request;
}

RawReader::CallEnd RawReader::Call() {
  History& history = scene_.calls().history();
  const int node = scene_.calls().AnyNode(&chance_);
  const int64_t call = history.NextCall();
  const v1::StreamResponseRequest request = MakeRequest();
  const std::string before = cursor_;
  const bool all_ended = scene_.AllEnded();
  const absl::Duration stay =
      std::clamp(chance_.About(habits_.mean_stay),
                 all_ended ? kSilence : kStayMin, kStayMax);
  // Some leave at a chunk of their choice, the others when their time is over.
  int batches_left = chance_.Hits(0.3) ? 1 + chance_.Below(20) : -1;
  history.Add(StreamOpen{call, habits_.name, node, request.conversation_id(),
                         habits_.run, cursor_, habits_.follow, false});

  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoMilliseconds(stay));
  const auto stream =
      scene_.calls().stub(node).StreamResponse(&context, request);
  CallEnd end;
  bool left = false;
  v1::ResponseBatch batch;
  while (!left && stream->Read(&batch)) {
    Take(call, batch);
    end.any_chunk = end.any_chunk || batch.chunks_size() > 0;
    if (habits_.pause > absl::ZeroDuration()) {
      scene_.stop().Sleep(chance_.About(habits_.pause));
    }
    left = --batches_left == 0 || scene_.stop().IsSet();
  }
  if (left) context.TryCancel();
  end.moved = cursor_ != before;
  end.outcome = OutcomeOf(client::FromGrpcStatus(stream->Finish()));
  // A node that does not answer tells nothing of the log.
  if (!all_ended || end.any_chunk) silences_ = 0;
  if (all_ended && !end.any_chunk && IsTimeOver(end.outcome)) ++silences_;
  end.leave = WhyLeft(end.outcome, left);
  history.Add(StreamEnd{call, end.outcome, end.leave});
  return end;
}

void RawReader::Take(int64_t call, const v1::ResponseBatch& batch) {
  for (const v1::ResponseChunk& message : batch.chunks()) {
    Chunk chunk = ChunkOf(message);
    ended_ = chunk.IsTerminal();
    if (ended_) scene_.Ended(chunk.run_id);
    // Of a run that never began the cursor is only the log's newest position.
    if (!IsQueuedCancel(chunk)) {
      cursor_ = message.cursor();
      scene_.Began();
    }
    scene_.calls().history().Add(ChunkSeen{call, std::move(chunk)});
  }
  if (habits_.uses_batch_cursor && !batch.cursor().empty()) {
    cursor_ = batch.cursor();
  }
}

Leave RawReader::WhyLeft(const Outcome& outcome, bool left) {
  if (!left && !IsTimeOver(outcome)) return Leave::kNot;
  if (scene_.deleted()) return Leave::kPlanned;
  const bool waits_in_vain = silences_ >= kSilencesMax;
  return scene_.stop().IsSet() || waits_in_vain ? Leave::kBrokenOff
                                                : Leave::kPlanned;
}

bool RawReader::AfterCall(const CallEnd& end) {
  if (end.leave == Leave::kBrokenOff) return false;
  if (scene_.deleted() && !end.outcome.ok()) return false;
  if (end.leave == Leave::kPlanned) {
    if (silences_ == 0) return true;
    // A follower leaves when all is told; of a conversation in which no run
    // began there is nothing to tell.
    const bool nothing_to_tell = habits_.run.empty() && !scene_.began();
    return !habits_.follow && !nothing_to_tell;
  }
  switch (end.outcome.code) {
    case absl::StatusCode::kOk:
      return AfterOk(end);
    case absl::StatusCode::kDataLoss:
      if (end.outcome.reason == "STATE_LOST") scene_.SubmitAgain(&chance_);
      return StartOver();
    case absl::StatusCode::kNotFound:
      return AfterNotFound();
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:  // by a server that is shut down
      return scene_.stop().Sleep(chance_.About(kRetryPause));
    default:
      ++surprises_;
      return scene_.stop().Sleep(chance_.About(kRetryPause));
  }
}

bool RawReader::AfterOk(const CallEnd& end) {
  if (!habits_.run.empty() && ended_) return false;
  // The end of a run that never began is told again whenever it is asked for.
  if (!end.moved && scene_.AllEnded()) return false;
  if (!end.moved) return scene_.stop().Sleep(chance_.About(kRetryPause));
  return true;
}

// What was accepted is gone: it is sent once more, and read from its beginning.
bool RawReader::AfterNotFound() {
  if (scene_.deleted()) return false;
  scene_.SubmitAgain(&chance_);
  if (!scene_.stop().Sleep(chance_.About(kRetryPause))) return false;
  return StartOver();
}

bool RawReader::StartOver() {
  scene_.calls().history().Add(agent::chaos::StartOver{habits_.name});
  cursor_ = "0-0";
  ended_ = false;
  return true;
}

}  // namespace agent::chaos
