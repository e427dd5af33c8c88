#include "lib/base/abort_point.h"

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

namespace agent {
namespace {

constexpr char kVariable[] = "AGENT_ABORT_AT";

struct Rule {
  std::string point;
  std::string conversation;   // empty: any
  std::atomic<int> left = 1;  // passings until it strikes
  bool pause = false;
};
using Rules = std::deque<Rule>;  // of things that cannot be moved

// What stands before the first `mark`; takes both from `text`.
std::string_view TakeUntil(char mark, std::string_view* text) {
  const size_t end = text->find(mark);
  const std::string_view taken = text->substr(0, end);
  *text = end == text->npos ? "" : text->substr(end + 1);
  return taken;
}

bool ParseRule(std::string_view text, Rule* rule) {
  std::string_view place = TakeUntil('@', &text);
  rule->conversation = std::string(text);
  rule->point = std::string(TakeUntil(':', &place));
  while (!place.empty()) {
    const std::string_view word = TakeUntil(':', &place);
    if (word == "pause") {
      rule->pause = true;
      continue;
    }
    int count = 0;
    const char* end = word.data() + word.size();
    const auto parsed = std::from_chars(word.data(), end, count);
    if (parsed.ec != std::errc() || parsed.ptr != end || count < 1) {
      return false;
    }
    rule->left = count;
  }
  return !rule->point.empty();
}

Rules* ReadRules() {
  auto* rules = new Rules;
  const char* value = std::getenv(kVariable);
  std::string_view text = value == nullptr ? "" : value;
  while (!text.empty()) {
    const std::string rule(TakeUntil(',', &text));
    if (!ParseRule(rule, &rules->emplace_back())) {
      std::fprintf(stderr, "%s cannot be read: %s\n", kVariable, rule.c_str());
      std::abort();
    }
  }
  return rules;
}

void Strike(const Rule& rule) {
  // Without locks: the last thing that is known of the process.
  std::fprintf(stderr, "abort point %s: %s\n", rule.point.c_str(),
               rule.pause ? "pausing" : "dying");
  // To this thread, which it strikes before raise returns: of a signal to the
  // process another thread may learn first.
  std::raise(rule.pause ? SIGSTOP : SIGKILL);
}

}  // namespace

void PassAbortPoint(std::string_view point, std::string_view conversation) {
  static Rules& rules = *ReadRules();
  for (Rule& rule : rules) {
    if (rule.point != point) continue;
    if (!rule.conversation.empty() && rule.conversation != conversation) {
      continue;
    }
    if (rule.left.fetch_sub(1) == 1) Strike(rule);
  }
}

}  // namespace agent
