#include "tests/chaos/history/submit_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/rules.h"
#include "tests/chaos/history/status_check.h"

namespace agent::chaos {
namespace {

// Between the client's clock and Redis'.
constexpr absl::Duration kClockSlack = absl::Milliseconds(50);

std::string Shown(const At<Submit>& submit) {
  return absl::StrCat("at ", Describe(submit.at), " run ", submit->run, " of ",
                      submit->answered_conversation, " accepted at ",
                      submit->accept_time_ms, " cursor ",
                      submit->cursor.ToString());
}

class RequestCheck {
 public:
  RequestCheck(const std::string& request_id, const Losses& losses,
               Findings* findings, CheckCounts* counts)
      : request_id_(request_id),
        losses_(losses),
        findings_(*findings),
        counts_(*counts) {}

  void Check(const std::vector<At<Submit>>& tries) {
    absl::Time first_sent = absl::InfiniteFuture();
    const At<Submit>* before = nullptr;
    for (const At<Submit>& submit : tries) {
      first_sent = std::min(first_sent, submit->sent);
    }
    for (const At<Submit>& submit : tries) {
      if (!submit->outcome.ok()) continue;
      CheckTime(submit, first_sent);
      if (before != nullptr) {
        ++counts_.repeated_submits;
        Compare(*before, submit);
      }
      before = &submit;
    }
  }

 private:
  void CheckTime(const At<Submit>& submit, absl::Time first_sent) {
    const absl::Time accepted = absl::FromUnixMillis(submit->accept_time_ms);
    if (accepted >= first_sent - kClockSlack &&
        accepted <= submit.at + kClockSlack) {
      return;
    }
    Add(rule::kRequestTwice, submit, "first sent at " + Describe(first_sent));
  }

  void Compare(const At<Submit>& before, const At<Submit>& submit) {
    if (submit->run != before->run ||
        submit->answered_conversation != before->answered_conversation) {
      Add(rule::kRequestTwice, submit, "and " + Shown(before));
      return;
    }
    if (submit->accept_time_ms == before->accept_time_ms) {
      if (submit->cursor != before->cursor) {
        Add(rule::kRequestTwice, submit, "and " + Shown(before));
      }
      return;
    }
    CompareAcceptances(before, submit);
  }

  // The earlier of the two was lost before the later was made. Answers may
  // come in another order than they were made in.
  void CompareAcceptances(const At<Submit>& a, const At<Submit>& b) {
    ++counts_.admissions_lost;
    const auto [first, second] =
        std::minmax(a->accept_time_ms, b->accept_time_ms);
    if (losses_.MayHaveTaken(absl::FromUnixMillis(first),
                             absl::FromUnixMillis(second))) {
      return;
    }
    Add(rule::kRequestTwice, b,
        "and " + Shown(a) + ", which no power loss took");
  }

  void Add(const char* rule, const At<Submit>& submit,
           const std::string& evidence) {
    findings_.Add(
        rule, submit->answered_conversation, submit->run,
        "request " + request_id_ + ": " + Shown(submit) + ", " + evidence);
  }

  const std::string& request_id_;
  const Losses& losses_;
  Findings& findings_;
  CheckCounts& counts_;
};

}  // namespace

void CheckSubmits(const HistoryView& view, const Facts& facts,
                  const Losses& losses, Findings* findings,
                  CheckCounts* counts) {
  // The request that each run belongs to.
  std::map<std::string, std::string> owners;
  for (const auto& [request, tries] : view.requests) {
    RequestCheck(request, losses, findings, counts).Check(tries);
    for (const At<Submit>& submit : tries) {
      CheckSubmitStatus(submit, facts.undisturbed, findings);
      if (!submit->outcome.ok()) continue;
      const auto [owner, added] = owners.try_emplace(submit->run, request);
      if (added || owner->second == request) continue;
      findings->Add(rule::kRunShared, submit->answered_conversation,
                    submit->run, request + " and " + owner->second);
    }
  }
}

}  // namespace agent::chaos
