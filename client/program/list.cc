// `agents`, `conversations`, `runs`.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "client/program/command.h"
#include "client/program/json.h"
#include "client/program/table.h"

namespace agent::client {
namespace {

constexpr int kPageSizeMax = 1000;  // the contract's
constexpr size_t kMessageWidth = 40;

std::string TimeText(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                          absl::FromUnixSeconds(time.seconds()),
                          absl::LocalTimeZone());
}

template <typename Items>
ExitStatus PrintJson(const CommandContext& context, const Items& items) {
  for (const auto& item : items) context.terminal.out->Write(JsonLine(item));
  return ExitStatus::kOk;
}

ExitStatus PrintTable(const CommandContext& context, const Table& table,
                      const char* what) {
  if (table.empty()) {
    context.terminal.err->Write(absl::StrCat("no ", what, "\n"), Style::kDim);
    return ExitStatus::kOk;
  }
  context.terminal.out->Write(table.Head(), Style::kTitle);
  context.terminal.out->Write(table.Body());
  return ExitStatus::kOk;
}

// All pages, up to --limit items. `list` gets a page by its token and appends
// it; an empty next token is the last page's.
template <typename Item, typename List>
absl::StatusOr<std::vector<Item>> ListPages(int limit, List list) {
  std::vector<Item> items;
  std::string token;
  do {
    const int left = limit - static_cast<int>(items.size());
    const absl::StatusOr<std::string> next =
        list(std::min(left, kPageSizeMax), token, &items);
    if (!next.ok()) return next.status();
    token = *next;
  } while (!token.empty() && items.size() < static_cast<size_t>(limit));
  if (items.size() > static_cast<size_t>(limit)) {
    items.resize(static_cast<size_t>(limit));
  }
  return items;
}

}  // namespace

ExitStatus RunAgents(const CommandContext& context) {
  const auto response = context.client.ListAgents();
  if (!response.ok()) return Fail(context, response.status());
  if (context.line.json) return PrintJson(context, response->agents());
  Table table({"AGENT", "WORKERS", "TOOLS", "DESCRIPTION"});
  for (const v1::Agent& agent : response->agents()) {
    table.Add({agent.name(), absl::StrCat(agent.workers()),
               absl::StrJoin(agent.tools(), ","), agent.description()});
  }
  return PrintTable(context, table, "agents");
}

ExitStatus RunConversations(const CommandContext& context) {
  v1::ListConversationsRequest request;
  request.set_agent(context.line.agent);
  const auto conversations = ListPages<v1::Conversation>(
      context.line.limit,
      [&](int page_size, const std::string& token,
          std::vector<v1::Conversation>* items) -> absl::StatusOr<std::string> {
        request.set_page_size(page_size);
        request.set_page_token(token);
        const auto page = context.client.ListConversations(request);
        if (!page.ok()) return page.status();
        items->insert(items->end(), page->conversations().begin(),
                      page->conversations().end());
        return page->next_page_token();
      });
  if (!conversations.ok()) return Fail(context, conversations.status());
  if (context.line.json) return PrintJson(context, *conversations);
  Table table({"CONVERSATION", "AGENT", "UPDATED", "QUEUED", "ACTIVE RUN"});
  for (const v1::Conversation& each : *conversations) {
    table.Add({each.conversation_id(), each.agent(),
               TimeText(each.update_time()), absl::StrCat(each.queued_runs()),
               each.active_run_id()});
  }
  return PrintTable(context, table, "conversations");
}

ExitStatus RunRuns(const CommandContext& context) {
  v1::ListRunsRequest request;
  request.set_conversation_id(context.line.arguments[0]);
  const auto runs = ListPages<v1::Run>(
      context.line.limit,
      [&](int page_size, const std::string& token,
          std::vector<v1::Run>* items) -> absl::StatusOr<std::string> {
        request.set_page_size(page_size);
        request.set_page_token(token);
        const auto page = context.client.ListRuns(request);
        if (!page.ok()) return page.status();
        items->insert(items->end(), page->runs().begin(), page->runs().end());
        return page->next_page_token();
      });
  if (!runs.ok()) return Fail(context, runs.status());
  if (context.line.json) return PrintJson(context, *runs);
  Table table({"RUN", "STATE", "ATTEMPT", "CHUNKS", "ACCEPTED", "MESSAGE"});
  for (const v1::Run& run : *runs) {
    table.Add({run.run_id(), v1::Run::State_Name(run.state()),
               absl::StrCat(run.attempt()), absl::StrCat(run.chunk_count()),
               TimeText(run.accept_time()),
               Shorten(run.message(), kMessageWidth)});
  }
  return PrintTable(context, table, "runs");
}

}  // namespace agent::client
