// The checker's rules, by the names that violations carry.
#ifndef AGENT_TESTS_CHAOS_HISTORY_RULES_H_
#define AGENT_TESTS_CHAOS_HISTORY_RULES_H_

namespace agent::chaos::rule {

// What one reader saw.
inline constexpr char kGap[] = "gap";
inline constexpr char kDuplicate[] = "duplicate";
inline constexpr char kReorder[] = "reorder";
inline constexpr char kInterleaved[] = "interleaved";
inline constexpr char kOtherRun[] = "other-run";
inline constexpr char kAfterEnd[] = "after-end";
inline constexpr char kForeignEntry[] = "foreign-entry";
inline constexpr char kText[] = "text";
inline constexpr char kProof[] = "sha256";
inline constexpr char kOkWithoutEnd[] = "ok-without-end";
inline constexpr char kStuckReader[] = "stuck-reader";

// What the log must have been, from all that was seen of it.
inline constexpr char kEntryDiffers[] = "entry-differs";
inline constexpr char kEntryId[] = "entry-id";
inline constexpr char kTakenBack[] = "taken-back";
inline constexpr char kRewriteDiffers[] = "rewrite-differs";
inline constexpr char kTwoWriters[] = "two-writers";
inline constexpr char kWrongDiscard[] = "wrong-discard";
inline constexpr char kSerialTurns[] = "serial-turns";
inline constexpr char kAcceptanceOrder[] = "acceptance-order";
inline constexpr char kBeforeAcceptance[] = "before-acceptance";
inline constexpr char kCancelIgnored[] = "cancel-ignored";
inline constexpr char kLogDiffers[] = "log-differs";

// What became of the runs.
inline constexpr char kRequestTwice[] = "request-twice";
inline constexpr char kRunShared[] = "run-shared";
inline constexpr char kLostRun[] = "lost-run";
inline constexpr char kStuckRun[] = "stuck-run";
inline constexpr char kStoodStill[] = "stood-still";
inline constexpr char kNoEnd[] = "no-end";
inline constexpr char kTwoEnds[] = "two-ends";
inline constexpr char kWrongEnd[] = "wrong-end";
inline constexpr char kRecordDiffers[] = "record-differs";
inline constexpr char kReadersDiffer[] = "readers-differ";
inline constexpr char kConversationDiffers[] = "conversation-differs";
inline constexpr char kRunListDiffers[] = "run-list-differs";

// How calls ended, and what Redis holds.
inline constexpr char kStatus[] = "status";
inline constexpr char kLossWithoutCause[] = "loss-without-cause";
inline constexpr char kLeak[] = "leak";
inline constexpr char kNoExpiry[] = "no-expiry";
inline constexpr char kUnknownKey[] = "unknown-key";
inline constexpr char kDeletedLives[] = "deleted-lives";

}  // namespace agent::chaos::rule

#endif  // AGENT_TESTS_CHAOS_HISTORY_RULES_H_
