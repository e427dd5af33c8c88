// Whatever the order of appends, losses, resets, wake-ups, page replies and
// readers that come and go: every reader sees exactly the log.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "tests/log/reading_fixture.h"

namespace agent {
namespace {

using testing::Eventually;
using testing::FakeStore;
using testing::Reading;

constexpr int kFixedSeeds = 8;
constexpr int kFreshSeeds = 4;

// The first are the same each time; AGENT_TEST_SEED repeats one that failed.
uint32_t SeedOf(int test) {
  if (const char* seed = std::getenv("AGENT_TEST_SEED")) {
    return static_cast<uint32_t>(std::strtoul(seed, nullptr, 10));
  }
  if (test < kFixedSeeds) return static_cast<uint32_t>(test);
  return std::random_device()();
}

// What a client holds: by number, as an attempt's beginning tells it to.
struct Held {
  int64_t first = 0;  // number of the first of `texts`
  std::vector<std::string> texts;
};

Held HeldOf(const std::vector<ChunkPtr>& chunks) {
  Held held;
  for (const ChunkPtr& chunk : chunks) {
    const int64_t number = chunk->id.number();
    // An attempt may begin before all that a reader has: the log lost what the
    // reader's own cursor stood on.
    if (held.texts.empty() ||
        (chunk->IsAttemptStarted() && number < held.first)) {
      held = {number, {}};
    } else if (chunk->IsAttemptStarted()) {
      held.texts.resize(std::min(held.texts.size(),
                                 static_cast<size_t>(number - held.first)));
    }
    EXPECT_EQ(number, held.first + static_cast<int64_t>(held.texts.size()))
        << "a gap or a double";
    const auto* text = std::get_if<TextPiece>(&chunk->content);
    held.texts.push_back(text != nullptr ? text->text : chunk->run_id);
  }
  return held;
}

class ReaderPropertyTest : public testing::ReadingTest,
                           public ::testing::WithParamInterface<int> {
 protected:
  struct Follower {
    std::shared_ptr<Reading> reading;
    size_t skipped;  // of the log, before where it began
  };

  void SetUp() override {
    std::cout << "AGENT_TEST_SEED=" << seed_ << "\n";
    Limit({.max_chunks = 16, .poll_interval = absl::Milliseconds(40)});
    options_.max_batch_chunks = 5;
    WriteRun("run-0", 3, /*open=*/true);
  }

  uint32_t Roll(uint32_t sides) {
    return static_cast<uint32_t>(random_() % sides);
  }
  std::string Piece() {
    return "piece " + std::to_string(store_.record_last().number() + 1);
  }

  // What one writer does next. Its texts depend on their number only, as when
  // a living writer writes again what was lost.
  void Write() {
    if (lost_ > 0 && Roll(8) > 0) {  // the living writer has it all again
      --lost_;
      return Tell(store_.Say(Piece()));
    }
    switch (lost_ > 0 ? 1 : Roll(8)) {
      case 0:
        store_.Complete();
        store_.Admit("run-" + std::to_string(++runs_));
        Tell(store_.Begin("run-" + std::to_string(runs_)));
        break;
      case 1:
        lost_ = 0;  // a new attempt
        Tell(store_.Begin("run-" + std::to_string(runs_)));
        break;
      default:
        Tell(store_.Say(Piece()));
    }
  }

  void Tell(const ChunkPtr& chunk) {
    if (here_) Store({chunk});
  }

  void LoseTail() {
    const auto log = store_.log();
    size_t texts = 0;  // only what came after the run began is lost
    while (texts < log.size() && std::holds_alternative<TextPiece>(
                                     log[log.size() - 1 - texts]->content)) {
      ++texts;
    }
    if (texts == 0) return;
    const uint32_t entries = 1 + Roll(static_cast<uint32_t>(texts));
    lost_ += entries;
    store_.LoseTail(entries);
    store_.SendReset();
  }

  void Disturb() {
    switch (Roll(8)) {
      case 0:
        store_.SendReset();
        break;
      case 1:
        store_.SendWake(store_.record_last().number());
        break;
      case 2:
        store_.SendWake(0);
        break;
      case 3:
        store_.LoseWakes(Roll(2) == 0);
        break;
      case 4:
        here_ = Roll(2) == 0;  // the writer moves to or from this process
        break;
      case 5:
        Come();
        break;
      case 6:
        Leave();
        break;
      case 7:
        if (losses_) LoseTail();
        break;
    }
  }

  void Come() {
    const auto log = LogIds();
    const size_t at = Roll(static_cast<uint32_t>(log.size() + 1));
    const StreamId cursor = at == 0 ? StreamId{} : log[at - 1];
    followers_.push_back({Read(Following(cursor)), at});
  }

  void Leave() {
    if (followers_.size() < 3) return;
    const size_t index = Roll(static_cast<uint32_t>(followers_.size()));
    followers_.erase(followers_.begin() + static_cast<ptrdiff_t>(index));
  }

  void ExpectAllSawTheLog() {
    const std::vector<std::string> log = HeldOf(store_.log()).texts;
    for (const Follower& follower : followers_) {
      const auto& reading = follower.reading;
      const StreamId last = store_.record_last();
      EXPECT_TRUE(Eventually([&] {
        return reading->end().has_value() || reading->cursor() == last;
      })) << "it never came to the end: "
          << reading->count();
      EXPECT_EQ(reading->end(), std::nullopt) << *reading->end();
      const Held held = HeldOf(reading->chunks());
      // From where it began, or from before that, if an attempt told so.
      size_t from = std::min(follower.skipped, log.size());
      if (held.first > 0) {
        const Chunk& first = *reading->chunks().front();
        EXPECT_TRUE(first.IsAttemptStarted() ||
                    first.id.number() > static_cast<int64_t>(follower.skipped))
            << "sent what it had";
        from = std::min(from, static_cast<size_t>(held.first - 1));
      }
      EXPECT_EQ(held.texts,
                std::vector<std::string>(
                    log.begin() + static_cast<ptrdiff_t>(from), log.end()));
    }
  }

  void Run(int steps) {
    Come();
    for (int i = 0; i < steps; ++i) {
      if (Roll(3) == 0) {
        Disturb();
      } else {
        Write();
      }
    }
    // Beyond what anybody was told before a loss.
    for (int i = 0; i < 400; ++i) Tell(store_.Say(Piece()));
    Tell(store_.Complete());
    ExpectAllSawTheLog();
  }

  const uint32_t seed_ = SeedOf(GetParam());
  std::mt19937 random_{seed_};
  std::vector<Follower> followers_;
  int runs_ = 0;
  bool here_ = true;
  bool losses_ = false;
  uint32_t lost_ = 0;  // not yet written again
};

INSTANTIATE_TEST_SUITE_P(Seeds, ReaderPropertyTest,
                         ::testing::Range(0, kFixedSeeds + kFreshSeeds));

TEST_P(ReaderPropertyTest, EveryReaderSeesExactlyTheLog) { Run(1500); }

TEST_P(ReaderPropertyTest, EveryReaderSeesTheLogThoughPagesAreSlow) {
  store_.HoldPages(true);
  std::atomic<bool> stop = false;
  std::thread store([&] {
    std::mt19937 random(seed_ + 1);
    while (!stop) {
      if (store_.held() == 0) {
        std::this_thread::yield();
        continue;
      }
      if (random() % 2 == 0) store_.ReadHeld();
      for (auto i = random() % 200; i > 0; --i) std::this_thread::yield();
      store_.DeliverHeld();
    }
  });
  Run(1500);
  followers_.clear();
  stop = true;
  store.join();
}

TEST_P(ReaderPropertyTest, EveryReaderSeesTheLogThoughItsTailIsLost) {
  losses_ = true;
  Run(1500);
}

}  // namespace
}  // namespace agent
