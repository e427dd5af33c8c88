// How calls ended: which statuses a client may see, and which only with a
// reason that lies in the faults.
#ifndef AGENT_TESTS_CHAOS_HISTORY_STATUS_CHECK_H_
#define AGENT_TESTS_CHAOS_HISTORY_STATUS_CHECK_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "tests/chaos/history/event.h"
#include "tests/chaos/history/facts.h"
#include "tests/chaos/history/findings.h"
#include "tests/chaos/history/history_view.h"
#include "tests/chaos/history/losses.h"

namespace agent::chaos {

// Where a stream stood when it failed.
struct StreamPlace {
  absl::Time at;
  absl::Time opened_at;
  std::string run;                    // that it asked for; empty: none
  std::optional<absl::Time> written;  // of its last chunk, or its cursor
};

// Of one conversation. All arguments must outlive it. Const, but for what it
// finds.
class StatusCheck {
 public:
  StatusCheck(const ConversationView* conversation, const Losses* losses,
              bool undisturbed, Findings* findings)
      : conversation_(*conversation),
        losses_(*losses),
        undisturbed_(undisturbed),
        findings_(*findings) {}

  void CheckStream(const std::string& reader, const StreamPlace& place,
                   const Outcome& outcome) const;

  // Whether there may be nothing of the conversation: it was deleted, or its
  // acceptance was lost.
  bool ConversationMayBeGone(absl::Time at) const;

  // Cancels, deletes and looks.
  void CheckCalls() const;

  // Whether what was accepted may be unknown at `at`: a power loss took its
  // acceptance, or the conversation was deleted.
  bool CursorMayBeLost(const StreamPlace& place) const;
  bool RunMayBeGone(const std::string& run, absl::Time at) const;

 private:
  template <typename T>
  void CheckRunCall(const char* what, const std::string& run,
                    const At<T>& call) const;
  void CheckDelete(const At<Delete>& call) const;
  void CheckPlain(const std::string& who, const std::string& run,
                  const Outcome& outcome) const;
  void CheckMessage(const std::string& who, const Outcome& outcome) const;
  bool NotYetAccepted(absl::Time at) const;
  bool AcceptanceMayBeLost(const RunView& run, absl::Time at) const;
  void Add(const char* rule, const std::string& run, const std::string& who,
           const Outcome& outcome) const;

  const ConversationView& conversation_;
  const Losses& losses_;
  const bool undisturbed_;
  Findings& findings_;
};

// RunAgent's own, of any conversation.
void CheckSubmitStatus(const At<Submit>& submit, bool undisturbed,
                       Findings* findings);

}  // namespace agent::chaos

#endif  // AGENT_TESTS_CHAOS_HISTORY_STATUS_CHECK_H_
