#include "service/agent_api.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "lib/base/abort_point.h"
#include "lib/base/error.h"
#include "service/field_rules.h"
#include "service/proto_conversion.h"
#include "service/request_identity.h"
#include "service/request_validation.h"
#include "service/status_mapping.h"

namespace agent {
namespace {

// There are no users yet: every caller is this one.
constexpr char kPrincipal[] = "";
// Clients take messages of up to 4 MiB unless they are told otherwise.
constexpr size_t kMaxPageBytes = size_t{3} << 20;

int PageSize(int32_t requested) {
  return requested == 0 ? kDefaultPageSize : requested;
}

// Turns a callback that takes the API's message into one that takes the
// domain's noun.
template <typename From, typename To, typename Map>
Callback<From> Mapped(Callback<To> done, Map map) {
  return [done = std::move(done),
          map = std::move(map)](absl::StatusOr<From> from) mutable {
    if (!from.ok()) {
      std::move(done)(from.status());
    } else {
      std::move(done)(map(*from));
    }
  };
}

// A conversation whose id follows from the request_id is another agent's only
// if the request_id was used before, for that agent.
absl::Status ExplainMismatch(const absl::Status& status) {
  if (ReasonOf(status) != reason::kAgentMismatch) return status;
  return MakeError(absl::StatusCode::kAlreadyExists,
                   "request_id was used before with another request",
                   {.reason = reason::kRequestIdReused,
                    .metadata = {{"field", "request_id"}},
                    .retry_after = std::nullopt});
}

ReadRequest ToReadRequest(const v1::StreamResponseRequest& request,
                          ConversationKey conversation) {
  ReadRequest read;
  read.conversation = std::move(conversation);
  if (!request.cursor().empty())
    read.cursor = StreamId::Parse(request.cursor());
  read.run_id = request.run_id();
  read.follow = request.follow();
  read.wait = FromProtoDuration(request.wait());
  return read;
}

}  // namespace

AgentApi::AgentApi(ApiServices services, RunLimits limits,
                   ReaderOptions reading)
    : services_(std::move(services)),
      limits_(limits),
      reading_(reading),
      catalog_(
          AgentCatalog::Create(services_.directory, services_.own_agents)) {}

ConversationKey AgentApi::Key(const std::string& conversation_id) {
  return {.principal = kPrincipal, .conversation_id = conversation_id};
}

void AgentApi::RunAgent(const v1::RunAgentRequest& request,
                        Callback<v1::RunAgentResponse> done) {
  if (draining_) return std::move(done)(DrainingError());
  if (auto status = Validate(request, limits_); !status.ok()) {
    return std::move(done)(status);
  }
  const RequestIdentity identity = IdentifyRequest(kPrincipal, request);
  AdmitRequest admit;
  admit.conversation = Key(identity.conversation_id);
  admit.agent = absl::AsciiStrToLower(request.agent());
  admit.run_id = identity.run_id;
  admit.request_id = request.request_id();
  admit.request_hash = identity.request_hash;
  admit.message = request.message();
  admit.options = FromProto(request.options(), limits_.run_timeout);
  const std::string agent = admit.agent;
  catalog_->Find(agent, [this, admit = std::move(admit),
                         ours = identity.conversation_is_ours,
                         done = std::move(done)](absl::Status found) mutable {
    if (!found.ok()) return std::move(done)(found);
    Admit(std::move(admit), ours, std::move(done));
  });
}

void AgentApi::Admit(AdmitRequest admit, bool conversation_is_ours,
                     Callback<v1::RunAgentResponse> done) {
  const std::string conversation_id = admit.conversation.conversation_id;
  AGENT_ABORT_POINT(before_admit, conversation_id);
  services_.runs->Admit(
      std::move(admit),
      [conversation_id, conversation_is_ours, ttl = limits_.stream_ttl,
       done = std::move(done)](absl::StatusOr<Admission> admission) mutable {
        if (!admission.ok()) {
          return std::move(done)(conversation_is_ours
                                     ? ExplainMismatch(admission.status())
                                     : admission.status());
        }
        v1::RunAgentResponse response;
        response.set_conversation_id(conversation_id);
        response.set_run_id(admission->run_id);
        response.set_cursor(admission->cursor.ToString());
        *response.mutable_accept_time() =
            ToTimestamp(admission->accept_time_ms);
        *response.mutable_stream_ttl() = ToProtoDuration(ttl);
        std::move(done)(std::move(response));
      });
}

absl::StatusOr<std::shared_ptr<LogReader>> AgentApi::OpenStream(
    const v1::StreamResponseRequest& request) {
  if (draining_) return DrainingError();
  if (auto status = Validate(request); !status.ok()) return status;
  const ReadRequest read =
      ToReadRequest(request, Key(request.conversation_id()));
  auto reader =
      LogReader::Create(services_.hub, services_.timers, read, reading_);
  if (!services_.wrap_reader) return reader;
  return services_.wrap_reader(std::move(reader), read);
}

Callback<Run> AgentApi::MapRun(Callback<v1::Run> done) const {
  return Mapped<Run>(std::move(done), [catalog = catalog_](const Run& run) {
    v1::Run out;
    ToProto(run, catalog->DisplayName(run.agent), &out);
    return out;
  });
}

void AgentApi::GetRun(const v1::GetRunRequest& request,
                      Callback<v1::Run> done) {
  if (auto status = Validate(request); !status.ok()) {
    return std::move(done)(status);
  }
  services_.runs->GetRun(Key(request.conversation_id()), request.run_id(),
                         MapRun(std::move(done)));
}

void AgentApi::ListRuns(const v1::ListRunsRequest& request,
                        Callback<v1::ListRunsResponse> done) {
  if (auto status = Validate(request); !status.ok()) {
    return std::move(done)(status);
  }
  ListRunsOfSize(request, PageSize(request.page_size()), std::move(done));
}

// A run holds its message, so that a page of them can be far longer than what
// clients take: such a page is asked for anew with half as many.
void AgentApi::ListRunsOfSize(v1::ListRunsRequest request, int page_size,
                              Callback<v1::ListRunsResponse> done) {
  const std::string conversation_id = request.conversation_id();
  const std::string page_token = request.page_token();
  services_.runs->ListRuns(
      Key(conversation_id), page_size, page_token,
      [this, request = std::move(request), page_size,
       done = std::move(done)](absl::StatusOr<Page<Run>> page) mutable {
        if (!page.ok()) return std::move(done)(page.status());
        v1::ListRunsResponse out;
        for (const Run& run : page->items) {
          ToProto(run, catalog_->DisplayName(run.agent), out.add_runs());
        }
        out.set_next_page_token(page->next_page_token);
        if (out.ByteSizeLong() > kMaxPageBytes && page_size > 1) {
          return ListRunsOfSize(std::move(request), page_size / 2,
                                std::move(done));
        }
        std::move(done)(std::move(out));
      });
}

void AgentApi::CancelRun(const v1::CancelRunRequest& request,
                         Callback<v1::Run> done) {
  if (auto status = Validate(request); !status.ok()) {
    return std::move(done)(status);
  }
  services_.runs->Cancel(Key(request.conversation_id()), request.run_id(),
                         MapRun(std::move(done)));
}

void AgentApi::GetConversation(const v1::GetConversationRequest& request,
                               Callback<v1::Conversation> done) {
  if (auto status = Validate(request); !status.ok()) {
    return std::move(done)(status);
  }
  auto map = [catalog = catalog_](const Conversation& conversation) {
    v1::Conversation out;
    ToProto(conversation, catalog->DisplayName(conversation.agent), &out);
    return out;
  };
  services_.runs->GetConversation(
      Key(request.conversation_id()),
      Mapped<Conversation>(std::move(done), std::move(map)));
}

void AgentApi::ListConversations(const v1::ListConversationsRequest& request,
                                 Callback<v1::ListConversationsResponse> done) {
  if (auto status = Validate(request); !status.ok()) {
    return std::move(done)(status);
  }
  auto map = [catalog = catalog_](const Page<Conversation>& page) {
    v1::ListConversationsResponse out;
    for (const Conversation& conversation : page.items) {
      auto* item = out.add_conversations();
      ToProto(conversation, catalog->DisplayName(conversation.agent), item);
      item->clear_messages();
    }
    out.set_next_page_token(page.next_page_token);
    return out;
  };
  services_.runs->ListConversations(
      kPrincipal, absl::AsciiStrToLower(request.agent()),
      PageSize(request.page_size()), request.page_token(),
      Mapped<Page<Conversation>>(std::move(done), std::move(map)));
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the store.
void AgentApi::DeleteConversation(
    const v1::DeleteConversationRequest& request,
    Callback<v1::DeleteConversationResponse> done) {
  if (auto status = Validate(request); !status.ok()) {
    return std::move(done)(status);
  }
  services_.runs->Delete(Key(request.conversation_id()), request.force(),
                         [done = std::move(done)](absl::Status status) mutable {
                           if (!status.ok()) return std::move(done)(status);
                           std::move(done)(v1::DeleteConversationResponse());
                         });
}

void AgentApi::ListAgents(const v1::ListAgentsRequest& /*request*/,
                          Callback<v1::ListAgentsResponse> done) {
  catalog_->List(Mapped<std::vector<AgentInfo>>(
      std::move(done), [](const std::vector<AgentInfo>& agents) {
        v1::ListAgentsResponse out;
        for (const AgentInfo& agent : agents) {
          ToProto(agent, out.add_agents());
        }
        return out;
      }));
}

}  // namespace agent
