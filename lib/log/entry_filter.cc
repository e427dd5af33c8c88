#include "lib/log/entry_filter.h"

namespace agent {

EntryVerdict JudgeEntry(int64_t last, const Chunk& entry, bool unconfirmed) {
  if (unconfirmed) return EntryVerdict::kUnconfirmed;
  if (entry.IsForeign() || last == kAnyNumber) return EntryVerdict::kSend;
  const int64_t number = entry.id.number();
  if (number > last + 1) return EntryVerdict::kGap;
  // An attempt's beginning is never a repeat: the log lost its tail and was
  // written anew, under numbers that were seen.
  if (number == last + 1 || entry.IsAttemptStarted()) {
    return EntryVerdict::kSend;
  }
  return EntryVerdict::kRepeat;
}

bool IsPlainNext(int64_t last, const Chunk& entry) {
  return !entry.IsForeign() && !entry.IsTerminal() &&
         entry.id.number() == last + 1;
}

int64_t NumberAfter(int64_t last, const Chunk& entry) {
  return entry.IsForeign() ? last : entry.id.number();
}

}  // namespace agent
