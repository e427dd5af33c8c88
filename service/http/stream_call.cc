#include "service/http/stream_call.h"

#include <optional>

#include "lib/base/status_macros.h"
#include "lib/log/stream_id.h"
#include "service/http/plain_text_writer.h"
#include "service/http/request_fields.h"

namespace agent {
namespace {

// The query wins over what a browser says of itself when it comes back.
std::string CursorOf(const IncomingRequest& request) {
  const auto query = request.Query("cursor");
  if (query.has_value() && !query->empty()) return std::string(*query);
  return std::string(request.headers.Find("Last-Event-ID").value_or(""));
}

}  // namespace

SseData DataForm(const IncomingRequest& request) {
  return request.Query("data") == "json" ? SseData::kJson : SseData::kText;
}

absl::StatusOr<StreamCall> ParseStreamCall(const IncomingRequest& request,
                                           const std::string& conversation_id) {
  StreamCall call;
  call.form = ChooseStreamForm(request.headers.Joined("Accept"));
  call.data = DataForm(request);
  call.request.set_conversation_id(conversation_id);
  call.request.set_cursor(CursorOf(request));
  ASSIGN_OR_RETURN(*call.request.mutable_run_id(),
                   Agreed("run_id", {request.Query("run_id"),
                                     request.Query("correlation_id")}));
  call.request.set_follow(MeansYes(request.Query("follow").value_or("")));
  const auto wait = request.Query("wait");
  if (wait.has_value() && !wait->empty()) {
    ASSIGN_OR_RETURN(*call.request.mutable_wait(), SecondsOf("wait", *wait));
  }
  return call;
}

std::unique_ptr<ChunkWriter> MakeWriter(const StreamCall& call) {
  if (call.form == StreamForm::kEvents) {
    return std::make_unique<SseWriter>(call.data);
  }
  return std::make_unique<PlainTextWriter>(
      StreamId::Parse(call.request.cursor()));
}

}  // namespace agent
