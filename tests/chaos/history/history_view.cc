#include "tests/chaos/history/history_view.h"

#include <algorithm>

#include "tests/chaos/history/rules.h"

namespace agent::chaos {
namespace {

// Who saw what is in Redis in the end.
constexpr char kAudit[] = "Redis";

bool SameEntry(const Chunk& a, const Chunk& b) {
  return a.run_id == b.run_id && a.sequence == b.sequence &&
         a.attempt == b.attempt && a.create_time_ms == b.create_time_ms &&
         a.content == b.content;
}

// Takes the events one after another; one overload for each kind.
class Sorter {
 public:
  Sorter(HistoryView* view, Findings* findings)
      : view_(view), findings_(findings) {}

  void Take(const Event& event) {
    at_ = event.at;
    std::visit([this](const auto& body) { Put(body); }, event.body);
  }

  void TakeEntry(const std::string& conversation, const Chunk& chunk,
                 absl::Time at, const std::string& by) {
    auto& entries = Of(conversation).entries;
    const auto [found, added] =
        entries.try_emplace(chunk.id, EntryView{chunk, at, by});
    found->second.stands = found->second.stands || by == kAudit;
    if (added || SameEntry(found->second.chunk, chunk)) return;
    findings_->Add(rule::kEntryDiffers, conversation, chunk.run_id,
                   found->second.seen_by + " saw " +
                       Describe(found->second.chunk) + "; " + by + " saw " +
                       Describe(chunk));
  }

 private:
  ConversationView& Of(const std::string& conversation) {
    ConversationView& of = view_->conversations[conversation];
    of.id = conversation;
    return of;
  }

  void Put(const Submit& submit) {
    view_->requests[submit.request_id].push_back({at_, &submit});
    if (!submit.outcome.ok()) return;
    RunView& run = Of(submit.answered_conversation).runs[submit.run];
    run.agent = submit.agent;
    run.message = submit.message;
    const auto plan = ParseRunPlan(submit.message);
    if (plan.ok()) run.plan = *plan;
    run.answers.push_back({at_, &submit});
  }

  void Put(const StreamOpen& open) {
    ++view_->calls;
    ReaderView& reader = view_->readers[open.reader];
    reader.name = open.reader;
    reader.conversation = open.conversation;
    readers_[open.call] = &reader;
    reader.events.emplace_back(at_, &open);
  }

  void Put(const ChunkSeen& seen) {
    ++view_->chunks_seen;
    ReaderView* reader = readers_[seen.call];
    if (reader == nullptr) return;
    reader->events.emplace_back(at_, &seen);
    if (IsQueuedCancel(seen.chunk)) return;
    TakeEntry(reader->conversation, seen.chunk, at_, reader->name);
  }

  void Put(const StreamEnd& end) {
    ReaderView* reader = readers_[end.call];
    if (reader != nullptr) reader->events.emplace_back(at_, &end);
  }

  void Put(const StartOver& over) {
    view_->readers[over.reader].events.emplace_back(at_, &over);
  }

  void Put(const Cancel& cancel) {
    Of(cancel.conversation).runs[cancel.run].cancels.push_back({at_, &cancel});
  }
  void Put(const Delete& deletion) {
    Of(deletion.conversation).deletes.push_back({at_, &deletion});
  }
  void Put(const RunLook& look) {
    Of(look.conversation).runs[look.run_id].looks.push_back({at_, &look});
  }
  void Put(const ConversationLook& look) {
    Of(look.conversation).looks.push_back({at_, &look});
  }

  HistoryView* const view_;
  Findings* const findings_;
  absl::Time at_;
  std::map<int64_t, ReaderView*> readers_;  // by call
};

// A torn script's end is in the log and counts for nothing: the record names
// another, or none.
bool Counts(const Chunk& chunk, const ConversationView& conversation) {
  if (!chunk.IsTerminal()) return true;
  const auto run = conversation.runs.find(chunk.run_id);
  if (run == conversation.runs.end()) return true;
  const RunLook* look = run->second.FinalLook();
  return look == nullptr || look->run.last_id == chunk.id;
}

void MarkUnsure(HistoryView* view) {
  for (const auto& [id, tries] : view->requests) {
    bool unsure = false;
    std::string conversation;
    for (const At<Submit>& submit : tries) {
      unsure = unsure || !submit->outcome.ok();
      conversation = submit->outcome.ok() ? submit->answered_conversation
                                          : submit->conversation;
      const auto of = view->conversations.find(conversation);
      if (unsure && of != view->conversations.end()) {
        of->second.unsure_submits = true;
      }
    }
  }
}

}  // namespace

const RunLook* RunView::FinalLook() const {
  for (auto look = looks.rbegin(); look != looks.rend(); ++look) {
    if ((*look)->final_look && (*look)->outcome.ok()) return look->body;
  }
  return nullptr;
}

bool ConversationView::MayBeDeleted(absl::Time when) const {
  return std::any_of(
      deletes.begin(), deletes.end(),
      [&](const At<Delete>& deletion) { return deletion->sent <= when; });
}

const ConversationLook* ConversationView::FinalLook() const {
  for (auto look = looks.rbegin(); look != looks.rend(); ++look) {
    if ((*look)->final_look && (*look)->outcome.ok()) return look->body;
  }
  return nullptr;
}

bool HistoryView::HasUnanswered() const {
  return std::any_of(requests.begin(), requests.end(), [](const auto& request) {
    return std::none_of(
        request.second.begin(), request.second.end(),
        [](const At<Submit>& submit) { return submit->outcome.ok(); });
  });
}

bool ConversationView::Stood(absl::Time when) const {
  return std::any_of(runs.begin(), runs.end(), [&](const auto& run) {
    const RunLook* look = run.second.FinalLook();
    return look != nullptr &&
           absl::FromUnixMillis(look->run.accept_time_ms) <= when;
  });
}

absl::Time ConversationView::deleted_at() const {
  for (const At<Delete>& deletion : deletes) {
    if (deletion->outcome.ok()) return deletion.at;
  }
  return absl::InfiniteFuture();
}

HistoryView Sort(const std::vector<Event>& history, const Facts& facts,
                 Findings* findings) {
  HistoryView view;
  Sorter sorter(&view, findings);
  for (const Event& event : history) sorter.Take(event);
  MarkUnsure(&view);
  const bool may_be_unknown = view.HasUnanswered();
  for (const auto& [conversation, log] : facts.audit.logs) {
    const bool known = view.conversations.count(conversation) > 0;
    if (!known && may_be_unknown) continue;
    const ConversationView& of = view.conversations[conversation];
    for (const Chunk& chunk : log) {
      const bool torn = !facts.power_losses.empty() && !Counts(chunk, of);
      if (torn) continue;
      sorter.TakeEntry(conversation, chunk, absl::InfiniteFuture(), kAudit);
    }
  }
  return view;
}

bool IsQueuedCancel(const Chunk& chunk) {
  return chunk.attempt == 0 &&
         std::holds_alternative<RunCancelled>(chunk.content);
}

}  // namespace agent::chaos
