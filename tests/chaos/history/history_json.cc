#include "tests/chaos/history/history_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "tests/chaos/history/chunk_json.h"
#include "tests/chaos/history/run_json.h"

namespace agent::chaos {
namespace {

using nlohmann::json;

int64_t ToNumber(absl::Time time) { return absl::ToUnixMicros(time); }
absl::Time ToTime(const json& in) {
  return absl::FromUnixMicros(in.get<int64_t>());
}

json OutcomeToJson(const Outcome& outcome) {
  return {{"code", static_cast<int>(outcome.code)},
          {"reason", outcome.reason},
          {"message", outcome.message}};
}

Outcome OutcomeFromJson(const json& in) {
  return {static_cast<absl::StatusCode>(in.at("code").get<int>()),
          in.at("reason"), in.at("message")};
}

struct Writer {
  json operator()(const Submit& submit) const {
    return {{"kind", "submit"},
            {"sent", ToNumber(submit.sent)},
            {"node", submit.node},
            {"request", submit.request_id},
            {"conversation", submit.conversation},
            {"agent", submit.agent},
            {"message", submit.message},
            {"outcome", OutcomeToJson(submit.outcome)},
            {"answered", submit.answered_conversation},
            {"run", submit.run},
            {"cursor", submit.cursor.ToString()},
            {"accepted", submit.accept_time_ms}};
  }
  json operator()(const StreamOpen& open) const {
    return {{"kind", "open"},
            {"call", open.call},
            {"reader", open.reader},
            {"node", open.node},
            {"conversation", open.conversation},
            {"run", open.run},
            {"cursor", open.cursor},
            {"follow", open.follow},
            {"library", open.library}};
  }
  json operator()(const ChunkSeen& seen) const {
    return {{"kind", "chunk"},
            {"call", seen.call},
            {"chunk", ChunkToJson(seen.chunk)}};
  }
  json operator()(const StreamEnd& end) const {
    return {{"kind", "end"},
            {"call", end.call},
            {"outcome", OutcomeToJson(end.outcome)},
            {"leave", static_cast<int>(end.leave)}};
  }
  json operator()(const StartOver& over) const {
    return {{"kind", "start_over"}, {"reader", over.reader}};
  }
  json operator()(const Cancel& cancel) const {
    return {{"kind", "cancel"},
            {"sent", ToNumber(cancel.sent)},
            {"node", cancel.node},
            {"conversation", cancel.conversation},
            {"run", cancel.run},
            {"outcome", OutcomeToJson(cancel.outcome)},
            {"state", static_cast<int>(cancel.state)}};
  }
  json operator()(const Delete& deletion) const {
    return {{"kind", "delete"},
            {"sent", ToNumber(deletion.sent)},
            {"node", deletion.node},
            {"conversation", deletion.conversation},
            {"outcome", OutcomeToJson(deletion.outcome)}};
  }
  json operator()(const RunLook& look) const {
    return {{"kind", "run"},
            {"sent", ToNumber(look.sent)},
            {"node", look.node},
            {"conversation", look.conversation},
            {"run", look.run_id},
            {"final", look.final_look},
            {"outcome", OutcomeToJson(look.outcome)},
            {"is", RunToJson(look.run)}};
  }
  json operator()(const ConversationLook& look) const {
    return {{"kind", "conversation"},
            {"sent", ToNumber(look.sent)},
            {"node", look.node},
            {"conversation", look.conversation},
            {"final", look.final_look},
            {"outcome", OutcomeToJson(look.outcome)},
            {"is", ConversationToJson(look.state)},
            {"runs", look.runs}};
  }
};

Submit SubmitFromJson(const json& in) {
  return {ToTime(in.at("sent")),
          in.at("node"),
          in.at("request"),
          in.at("conversation"),
          in.at("agent"),
          in.at("message"),
          OutcomeFromJson(in.at("outcome")),
          in.at("answered"),
          in.at("run"),
          IdFromJson(in.at("cursor")),
          in.at("accepted")};
}

StreamOpen OpenFromJson(const json& in) {
  return {in.at("call"),         in.at("reader"), in.at("node"),
          in.at("conversation"), in.at("run"),    in.at("cursor"),
          in.at("follow"),       in.at("library")};
}

Cancel CancelFromJson(const json& in) {
  return {ToTime(in.at("sent")),
          in.at("node"),
          in.at("conversation"),
          in.at("run"),
          OutcomeFromJson(in.at("outcome")),
          static_cast<RunState>(in.at("state").get<int>())};
}

RunLook RunLookFromJson(const json& in) {
  return {ToTime(in.at("sent")),   in.at("node"),
          in.at("conversation"),   in.at("run"),
          in.at("final"),          OutcomeFromJson(in.at("outcome")),
          RunFromJson(in.at("is"))};
}

ConversationLook ConversationLookFromJson(const json& in) {
  return {ToTime(in.at("sent")),
          in.at("node"),
          in.at("conversation"),
          in.at("final"),
          OutcomeFromJson(in.at("outcome")),
          ConversationFromJson(in.at("is")),
          in.at("runs").get<std::vector<std::string>>()};
}

EventBody BodyFromJson(const json& in) {
  const std::string kind = in.at("kind");
  if (kind == "submit") return SubmitFromJson(in);
  if (kind == "open") return OpenFromJson(in);
  if (kind == "chunk") {
    return ChunkSeen{in.at("call"), ChunkFromJson(in.at("chunk"))};
  }
  if (kind == "end") {
    return StreamEnd{in.at("call"), OutcomeFromJson(in.at("outcome")),
                     static_cast<Leave>(in.at("leave").get<int>())};
  }
  if (kind == "start_over") return StartOver{in.at("reader")};
  if (kind == "cancel") return CancelFromJson(in);
  if (kind == "delete") {
    return Delete{ToTime(in.at("sent")), in.at("node"), in.at("conversation"),
                  OutcomeFromJson(in.at("outcome"))};
  }
  if (kind == "run") return RunLookFromJson(in);
  return ConversationLookFromJson(in);
}

}  // namespace

std::string EventToJson(const Event& event) {
  json out = std::visit(Writer{}, event.body);
  out["at"] = ToNumber(event.at);
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The library throws; nothing of ours does.
absl::StatusOr<Event> EventFromJson(std::string_view line) {
  try {
    const json in = json::parse(line);
    return Event{ToTime(in.at("at")), BodyFromJson(in)};
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(error.what());
  }
}

}  // namespace agent::chaos
