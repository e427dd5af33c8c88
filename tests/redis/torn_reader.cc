#include "tests/redis/torn_reader.h"

#include <algorithm>
#include <utility>

namespace agent::testing {
namespace {

// Bounds Read: no scenario has more to read.
constexpr int kMaxPages = 20;

LogPage ReadPage(StoreParts* store, LogPageRequest request) {
  auto page = Await<LogPage>([&](Callback<LogPage> done) {
    store->log().ReadPage(std::move(request), std::move(done));
  });
  EXPECT_OK(page);
  return page.ok() ? *std::move(page) : LogPage{};
}

}  // namespace

TornReader::TornReader(Kind kind) : kind_(kind) { StartAt({}); }

TornReader& TornReader::operator=(const TornReader& other) {
  if (this == &other) return *this;
  kind_ = other.kind_;
  progress_.emplace(*other.progress_);
  cursor_ = other.cursor_;
  holding_ = other.holding_;
  losses_ = other.losses_;
  kept_ = other.kept_;
  return *this;
}

TornReader TornReader::AsResuming() const {
  TornReader other = *this;
  other.kind_ = Kind::kResuming;
  return other;
}

void TornReader::StartAt(StreamId cursor) {
  ReadRequest request;
  request.conversation.conversation_id = kConversation;
  request.cursor = cursor;
  request.follow = true;
  progress_.emplace(std::move(request));
}

void TornReader::StartOver(const absl::Status& told) {
  EXPECT_TRUE(absl::IsDataLoss(told) || absl::IsNotFound(told)) << told;
  ++losses_;
  kept_.clear();
  cursor_ = {};
  StartAt({});
}

void TornReader::Read(StoreParts* store) {
  using Next = ReadProgress::Next;
  if (kind_ == Kind::kResuming) StartAt(cursor_);
  holding_ = false;
  for (int pages = 0; pages < kMaxPages; ++pages) {
    const LogPage page = ReadPage(store, progress_->PageRequest());
    const Next next = progress_->OnPage(page, 0);
    while (progress_->HasBatch()) {
      for (const ChunkPtr& chunk : progress_->TakeBatch(64, 1 << 20).chunks) {
        Take(*chunk);
      }
    }
    if (next == Next::kFailed) {
      StartOver(progress_->error());
    } else if (next == Next::kHold) {
      holding_ = true;
      return;
    } else if (next != Next::kPage &&
               (next != Next::kBatch || progress_->complete())) {
      return;
    }
  }
  ADD_FAILURE() << "a reader finds no end";
}

void TornReader::Take(const Chunk& chunk) {
  cursor_ = chunk.id;
  std::vector<Chunk>& kept = kept_[chunk.run_id];
  if (const auto* started = std::get_if<AttemptStarted>(&chunk.content)) {
    const auto after = StreamId::Parse(started->discard_after);
    const int64_t keep = after.has_value() ? after->number() : 0;
    std::erase_if(kept,
                  [keep](const Chunk& c) { return c.id.number() > keep; });
  }
  kept.push_back(chunk);
}

std::string TornReader::TextOf(const std::string& run_id) const {
  std::string text;
  const auto found = kept_.find(run_id);
  if (found == kept_.end()) return text;
  for (const Chunk& chunk : found->second) {
    const auto* piece = std::get_if<TextPiece>(&chunk.content);
    if (piece != nullptr) text += piece->text;
  }
  return text;
}

int TornReader::EndsOf(const std::string& run_id) const {
  const auto found = kept_.find(run_id);
  if (found == kept_.end()) return 0;
  return static_cast<int>(std::ranges::count_if(
      found->second, [](const Chunk& chunk) { return chunk.IsTerminal(); }));
}

}  // namespace agent::testing
