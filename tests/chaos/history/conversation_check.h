// A conversation as a whole: the order of its runs, what GetConversation and
// ListRuns say of it, and what Redis holds.
#ifndef AGENT_TESTS_CHAOS_HISTORY_CONVERSATION_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_CONVERSATION_CHECK_H_

#include <string>
#include <vector>

#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"
#include "tests/chaos/history/run_check.h"

namespace agent::chaos {

// All arguments must outlive it. Thread-compatible.
class ConversationCheck {
 public:
  ConversationCheck(const ConversationView* conversation,
                    const StandingLog* standing, const Losses* losses,
                    Findings* findings)
      : conversation_(*conversation),
        standing_(*standing),
        losses_(*losses),
        findings_(*findings) {}

  // `seen`: the ends that readers saw.
  void Check(const std::vector<SeenEnd>& seen);

 private:
  // A run's part of a conversation's messages.
  struct Turn {
    std::string run;
    std::vector<const Message*> messages;
  };

  void CheckOrder();
  void CheckList(const ConversationLook& look);
  void CheckFinal(const ConversationLook& look);
  void CheckEarlier(const At<ConversationLook>& look);
  void CheckAccepted(const At<ConversationLook>& look);
  void CheckAnswered(const At<ConversationLook>& look, const SeenEnd& seen);
  std::vector<Turn> TurnsOf(const Conversation& state);
  void CheckTurn(const Turn& turn);
  void CheckAnswer(const Turn& turn, const StandingRun& standing);
  bool InAcceptanceOrder(const std::vector<std::string>& runs,
                         std::string* evidence) const;
  absl::Time AcceptTime(const std::string& run) const;
  absl::Time FirstAcceptTime(const std::string& run) const;
  absl::Time BeginTime(const std::string& run) const;
  void Add(const char* rule, const std::string& run, const std::string& what);

  const ConversationView& conversation_;
  const StandingLog& standing_;
  const Losses& losses_;
  Findings& findings_;
};

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_CONVERSATION_CHECK_H_
