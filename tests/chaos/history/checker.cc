#include "tests/chaos/history/checker.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "tests/chaos/history/conversation_check.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/key_check.h"
#include "tests/chaos/history/log_replay.h"
#include "tests/chaos/history/losses.h"
#include "tests/chaos/history/pace_check.h"
#include "tests/chaos/history/reader_check.h"
#include "tests/chaos/history/run_check.h"
#include "tests/chaos/history/status_check.h"
#include "tests/chaos/history/submit_check.h"

namespace agent::chaos {
namespace {

class Checker {
 public:
  Checker(const std::vector<Event>& history, const Facts& facts)
      : facts_(facts),
        losses_(facts.power_losses),
        view_(Sort(history, facts, &findings_)) {}

  Report Run() {
    Report report;
    counts_.calls = view_.calls;
    counts_.chunks_seen = view_.chunks_seen;
    CheckSubmits(view_, facts_, losses_, &findings_, &counts_);
    for (const auto& [name, reader] : view_.readers) {
      readers_[reader.conversation].push_back(&reader);
    }
    for (const auto& [id, conversation] : view_.conversations) {
      CheckConversation(conversation);
    }
    CheckKeys(view_, facts_.audit, losses_, &findings_);
    report.violations = findings_.Take();
    report.counts = counts_;
    return report;
  }

 private:
  void CheckConversation(const ConversationView& conversation) {
    ++counts_.conversations;
    if (conversation.MayBeDeleted(absl::InfiniteFuture())) ++counts_.deleted;
    const StatusCheck statuses(&conversation, &losses_, facts_.undisturbed,
                               &findings_);
    statuses.CheckCalls();
    const bool accepted = std::any_of(
        conversation.runs.begin(), conversation.runs.end(),
        [](const auto& run) { return !run.second.answers.empty(); });
    LogReplay replay(&conversation, &losses_, &findings_, &counts_);
    replay.Run();
    CheckLog(conversation, replay.log(), facts_.audit, &findings_);
    const StandingLog standing = StandingOf(replay.log());
    RunCheck runs(&conversation, &standing, &facts_, &losses_, &findings_,
                  &counts_);
    runs.CheckEnds();
    std::vector<SeenEnd> seen;
    for (const ReaderView* reader : readers_[conversation.id]) {
      ReaderCheck check(reader, &conversation, &statuses, &losses_, &findings_,
                        &counts_);
      for (SeenEnd& end : check.Run()) seen.push_back(std::move(end));
    }
    runs.CheckSeen(seen);
    if (!accepted) return;  // nobody was told that it exists
    ConversationCheck(&conversation, &standing, &losses_, &findings_)
        .Check(seen);
    CheckPace(conversation, standing, facts_, &findings_);
  }

  const Facts& facts_;
  const Losses losses_;
  Findings findings_;
  CheckCounts counts_;
  const HistoryView view_;
  std::map<std::string, std::vector<const ReaderView*>> readers_;
};

}  // namespace

Report Check(const std::vector<Event>& history, const Facts& facts) {
  return Checker(history, facts).Run();
}

}  // namespace agent::chaos
