// Mutations: a good history of many shapes, made from a seed, is damaged at a
// random place, and the checker must see it. What one reader saw is damaged by
// itself, and so is the log that everybody reads, with its numbers put right
// again, so that only what it says can give the damage away.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/chaos/history/chance.h"
#include "tests/chaos/history/made_up_history.h"
#include "tests/chaos/texts.h"

namespace agent::chaos {
namespace {

constexpr int kSeeds = 60;

RunPlan AnyPlan(Chance* chance) {
  RunPlan plan;
  plan.pieces = 4 + chance->Below(12);
  plan.steps = chance->Below(3);
  return plan;
}

// A run that is taken over now and then, on a Redis that loses its tail now and
// then.
std::string WriteRun(MadeUpHistory* history, Chance* chance) {
  const char* agents[] = {kSteady, kShifting, kStepper};
  const std::string agent = agents[chance->Below(3)];
  const RunPlan plan = AnyPlan(chance);
  const std::string run = history->Submit(agent, plan);
  const int turns = agent == kStepper ? plan.steps + 1 : 1;
  history->Attempt(run);
  for (int turn = 0; turn < turns; ++turn) {
    const int pieces =
        agent == kStepper ? PiecesOfTurn(plan, turn) : plan.pieces;
    while (chance->Hits(0.4)) {
      const int said = chance->Below(pieces);
      history->Say(run, said);
      if (said > 0 && chance->Hits(0.3)) {
        history->ReadThese(absl::StrCat("ahead", history->events.size()), "",
                           history->log());
        history->LosePower(1 + static_cast<size_t>(chance->Below(said)));
      }
      history->Attempt(run, history->standing(run));
    }
    history->Say(run, pieces);
    if (turn + 1 < turns) history->CallTool(run);
  }
  history->Complete(run);
  return run;
}

MadeUpHistory GoodHistory(int seed) {
  Chance chance(static_cast<uint64_t>(seed), 0);
  MadeUpHistory history;
  const int runs = 1 + chance.Below(3);
  for (int i = 0; i < runs; ++i) {
    const std::string run = WriteRun(&history, &chance);
    history.Read(absl::StrCat("reader", i), run);
  }
  history.Read("all");
  return history;
}

TEST(CheckerMutationTest, TheHistoriesAreGoodToBeginWith) {
  for (int seed = 0; seed < kSeeds; ++seed) {
    MadeUpHistory history = GoodHistory(seed);
    history.Finish();
    ASSERT_EQ(FoundIn(history), "") << seed;
  }
}

struct Mutation {
  const char* name;
  // Damages the history at one of the events at `places`, which are all chunks
  // that one reader saw.
  std::function<void(MadeUpHistory* history, const std::vector<size_t>& places,
                     Chance* chance)>
      apply;
};

size_t Any(const std::vector<size_t>& places, Chance* chance) {
  return places[static_cast<size_t>(
      chance->Below(static_cast<int>(places.size())))];
}

void Drop(MadeUpHistory* history, const std::vector<size_t>& places,
          Chance* chance) {
  history->Erase(Any(places, chance));
}

void Double(MadeUpHistory* history, const std::vector<size_t>& places,
            Chance* chance) {
  const size_t at = Any(places, chance);
  const Event event = history->events[at];
  history->events.insert(
      history->events.begin() + static_cast<std::ptrdiff_t>(at), event);
}

void Swap(MadeUpHistory* history, const std::vector<size_t>& places,
          Chance* chance) {
  const auto i =
      static_cast<size_t>(chance->Below(static_cast<int>(places.size()) - 1));
  std::swap(history->chunk(places[i]), history->chunk(places[i + 1]));
}

// Another chunk's content in its place.
void Splice(MadeUpHistory* history, const std::vector<size_t>& places,
            Chance* chance) {
  Chunk& to = history->chunk(Any(places, chance));
  for (;;) {
    const Chunk& from = history->log()[static_cast<size_t>(
        chance->Below(static_cast<int>(history->log().size())))];
    if (from.content == to.content) continue;
    to.content = from.content;
    return;
  }
}

void CutShort(MadeUpHistory* history, const std::vector<size_t>& places,
              Chance* chance) {
  const auto from = static_cast<size_t>(
      1 + chance->Below(static_cast<int>(places.size()) - 1));
  for (size_t i = places.size(); i-- > from;) history->Erase(places[i]);
}

void Repeat(MadeUpHistory* history, const std::vector<size_t>& places,
            Chance* chance) {
  const auto from =
      static_cast<size_t>(chance->Below(static_cast<int>(places.size()) - 1));
  std::vector<Event> again;
  for (size_t i = from; i + 1 < places.size(); ++i) {
    again.push_back(history->events[places[i]]);
  }
  history->events.insert(
      history->events.begin() + static_cast<std::ptrdiff_t>(places.back()),
      again.begin(), again.end());
}

const std::vector<Mutation>& ReaderMutations() {
  static const auto& mutations = *new std::vector<Mutation>{
      {"drop", Drop},
      {"double", Double},
      {"swap", Swap},
      {"splice", Splice},
      {"cut short", CutShort},
      {"repeat", Repeat},
      {"attempt",
       [](MadeUpHistory* history, const std::vector<size_t>& places,
          Chance* chance) { ++history->chunk(Any(places, chance)).attempt; }},
      {"sequence",
       [](MadeUpHistory* history, const std::vector<size_t>& places,
          Chance* chance) { ++history->chunk(Any(places, chance)).sequence; }},
      {"number",
       [](MadeUpHistory* history, const std::vector<size_t>& places,
          Chance* chance) {
         history->chunk(Any(places, chance)).id.seq += 1000;
       }},
  };
  return mutations;
}

TEST(CheckerMutationTest, WhateverHappensToOneReaderIsSeen) {
  for (const Mutation& mutation : ReaderMutations()) {
    for (int seed = 0; seed < kSeeds; ++seed) {
      Chance chance(static_cast<uint64_t>(seed), 1);
      MadeUpHistory history = GoodHistory(seed);
      history.Finish();
      const std::string reader = chance.Hits(0.5) ? "reader0" : "all";
      mutation.apply(&history, history.ChunksOf(reader), &chance);
      EXPECT_NE(FoundIn(history), "") << mutation.name << ", seed " << seed;
    }
  }
}

// Numbers and sequences as if the entries had been written so.
void Renumber(std::vector<Chunk>* log) {
  std::map<std::string, int64_t> sequences;
  for (size_t i = 0; i < log->size(); ++i) {
    Chunk& chunk = (*log)[i];
    chunk.id.seq = (i + 1) * 1000 + static_cast<uint64_t>(chunk.attempt);
    chunk.id.ms = log->front().id.ms + 10 * i;
    chunk.create_time_ms = static_cast<int64_t>(chunk.id.ms);
    chunk.sequence = sequences[chunk.run_id]++;
  }
}

struct LogMutation {
  const char* name;
  // `at` is a text of an attempt that stands.
  std::function<void(std::vector<Chunk>* log, size_t at)> apply;
};

const std::vector<LogMutation>& LogMutations() {
  static const auto& mutations = *new std::vector<LogMutation>{
      {"drop",
       [](std::vector<Chunk>* log, size_t at) {
         log->erase(log->begin() + static_cast<std::ptrdiff_t>(at));
       }},
      {"double",
       [](std::vector<Chunk>* log, size_t at) {
         const Chunk chunk = (*log)[at];
         log->insert(log->begin() + static_cast<std::ptrdiff_t>(at), chunk);
       }},
      {"swap",
       [](std::vector<Chunk>* log, size_t at) {
         std::swap((*log)[at].content, (*log)[at - 1].content);
       }},
      {"two ends",
       [](std::vector<Chunk>* log, size_t) { log->push_back(log->back()); }},
      {"no end", [](std::vector<Chunk>* log, size_t) { log->pop_back(); }},
      {"no beginning",
       [](std::vector<Chunk>* log, size_t) { log->erase(log->begin()); }},
      {"another's word",
       [](std::vector<Chunk>* log, size_t at) {
         std::get<TextPiece>((*log)[at].content).text += "?";
       }},
      {"an old attempt's word",
       [](std::vector<Chunk>* log, size_t at) {
         Chunk late = (*log)[at];
         late.attempt = 1;
         (*log)[at].attempt = 2;
         log->insert(log->begin() + static_cast<std::ptrdiff_t>(at) + 1, late);
       }},
  };
  return mutations;
}

// A text of the last run's last attempt.
size_t StandingText(const std::vector<Chunk>& log, Chance* chance) {
  size_t begin = log.size() - 1;
  while (!std::holds_alternative<TextPiece>(log[begin - 1].content)) --begin;
  size_t from = begin;
  while (std::holds_alternative<TextPiece>(log[from - 1].content)) --from;
  return from +
         static_cast<size_t>(chance->Below(static_cast<int>(begin - from)));
}

TEST(CheckerMutationTest, WhateverHappensToTheLogIsSeen) {
  for (const LogMutation& mutation : LogMutations()) {
    for (int seed = 0; seed < kSeeds; ++seed) {
      Chance chance(static_cast<uint64_t>(seed), 2);
      MadeUpHistory history;
      for (int i = 0; i < 2; ++i) {
        const std::string run =
            history.WholeRun(i == 0 ? kStepper : kShifting, AnyPlan(&chance));
      }
      const size_t at = StandingText(history.log(), &chance);
      mutation.apply(&history.log(), at);
      Renumber(&history.log());
      history.Read("all");
      history.Finish();
      EXPECT_NE(FoundIn(history), "") << mutation.name << ", seed " << seed;
    }
  }
}

}  // namespace
}  // namespace agent::chaos
