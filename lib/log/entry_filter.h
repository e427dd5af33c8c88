// What an entry is to a reader whose last entry had number n: new, seen before,
// or the far side of a gap. Numbers are dense, so this proves that nothing was
// missed or doubled.
#ifndef AGENT_LIB_LOG_ENTRY_FILTER_H_
#define AGENT_LIB_LOG_ENTRY_FILTER_H_

#include <cstdint>

#include "lib/log/chunk.h"

namespace agent {

// Instead of a number: the next entry may have any (a start at the oldest
// entry that is kept).
inline constexpr int64_t kAnyNumber = -1;

enum class EntryVerdict {
  kSend,         // new: its number is now the reader's
  kRepeat,       // sent before: passed over
  kUnconfirmed,  // a torn script's end: moves neither number nor cursor
  kGap,          // entries between were trimmed
};

// `last` is the reader's number. `unconfirmed`: a terminal entry that the
// record does not confirm. Entries of other programs have no number and are
// sent in the order of their ids.
EntryVerdict JudgeEntry(int64_t last, const Chunk& entry, bool unconfirmed);

// Follows an entry of ours with number `last` for certain, whatever the record
// says: ours, next in number, and no end.
bool IsPlainNext(int64_t last, const Chunk& entry);

// The reader's number after an entry that was sent.
int64_t NumberAfter(int64_t last, const Chunk& entry);

}  // namespace agent

#endif  // AGENT_LIB_LOG_ENTRY_FILTER_H_
