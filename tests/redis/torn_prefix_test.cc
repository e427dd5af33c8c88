// A script is not atomic across a power loss: what is left of it may be any
// prefix of its writes, and the rest may come back later in front of what was
// written since (docs/durability.md, "Torn prefixes").
//
// Method: a recorder in front of redis.call notes each write of each script
// that had an effect, in order. A scenario brings the store into a state (its
// writes: B) and makes one call (its writes: W). Then, for every length p from
// none to all of W, Redis is emptied and given B and the first p writes of W,
// and
//   (a) the caller repeats the call, as it does when no reply came, and goes
//       on;
//   (b) another worker goes on for 0 to 3 appends when the lease is over, the
//       first one then writes into it, and the rest is done;
//   (c) as (a) and (b), and then Redis is given B, all of W, and only then what
//       was written since: the lost half has come back in front. Whoever wrote
//       goes on, or a third takes over.
// At the end everything is drained as the sweep does it, the caller repeats the
// call once more, late, and CheckAllIsWell is asked, with a reader that reads
// it all then, and two that had read before, one of which had seen the whole of
// W.
#include <string>

#include "tests/redis/torn_check.h"
#include "tests/redis/torn_scenarios.h"
#include "tests/redis/torn_world.h"

namespace agent::testing {
namespace {

// Where a case comes from, besides the prefix.
enum class Form { kRepeat, kOther, kRepeatBack, kOtherBack };
enum class Next { kSame, kThird };

class TornPrefixTest : public ::testing::TestWithParam<Scenario> {
 protected:
  static void SetUpTestSuite() { server_ = new RedisServer(); }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }

  // The state before the torn call, and what it writes.
  void Record() {
    world_.Clear();
    caller_ = TornWorker();
    GetParam().prepare(&world_, &caller_);
    before_ = world_.TakeWrites();
    early_ = TornReader();
    early_.Read(&world_.store());
    TornWorker called = caller_;
    GetParam().call(&world_, &called);
    torn_ = world_.TakeWrites();
    saw_all_ = early_;
    saw_all_.Read(&world_.store());
    recorded_at_ms_ = world_.now_ms();
  }

  Writes Prefix(size_t length) const {
    return {torn_.begin(), torn_.begin() + static_cast<int64_t>(length)};
  }

  void Case(size_t length, Form form, int appends, Next next) {
    SCOPED_TRACE("prefix " + std::to_string(length) + " of " +
                 std::to_string(torn_.size()) + ", form " +
                 std::to_string(static_cast<int>(form)) + ", appends " +
                 std::to_string(appends) + ", next " +
                 std::to_string(static_cast<int>(next)));
    world_.SetNow(recorded_at_ms_);
    world_.Become({before_, Prefix(length)});
    TornWorker worker = caller_;
    if (form == Form::kRepeat || form == Form::kRepeatBack) {
      GetParam().call(&world_, &worker);
    } else {
      world_.Advance(absl::Seconds(40));
      worker = TornWorker(world_.Begin("other"));
    }
    world_.Work(&worker, appends);
    if (form == Form::kOther) {
      TornWorker zombie = caller_;
      world_.Step(&zombie);
    }
    if (form == Form::kRepeatBack || form == Form::kOtherBack) {
      const Writes since = world_.TakeWrites();
      world_.Become({before_, torn_, since});
    }
    if (next == Next::kSame) world_.Work(&worker, kWholePlan);
    Finish();
  }

  void Finish() {
    world_.Drain();
    if (GetParam().comes_back) {  // else: one that deletes
      TornWorker late = caller_;
      GetParam().call(&world_, &late);
      world_.Drain();
    }
    std::vector<TornReader> readers = {TornReader(), early_, saw_all_};
    for (TornReader& reader : readers) reader.Read(&world_.store());
    CheckAllIsWell(&world_, readers);
    ++cases_;
  }

  static RedisServer* server_;
  TornWorld world_{server_};
  TornWorker caller_;
  Writes before_;
  Writes torn_;
  TornReader early_;
  TornReader saw_all_;
  int64_t recorded_at_ms_ = 0;
  int cases_ = 0;
};

RedisServer* TornPrefixTest::server_ = nullptr;

TEST_P(TornPrefixTest, NothingIsLostDoubledOrStuck) {
  Record();
  ASSERT_FALSE(torn_.empty());
  for (size_t length = 0; length <= torn_.size(); ++length) {
    for (int appends = 0; appends <= 3; ++appends) {
      for (const Next next : {Next::kSame, Next::kThird}) {
        Case(length, Form::kRepeat, appends, next);
        Case(length, Form::kOther, appends, next);
        if (!GetParam().comes_back) continue;
        Case(length, Form::kRepeatBack, appends, next);
        Case(length, Form::kOtherBack, appends, next);
      }
    }
    if (HasFailure()) return;  // the first prefix that fails tells enough
  }
  RecordProperty("cases", cases_);
}

INSTANTIATE_TEST_SUITE_P(
    Scripts, TornPrefixTest, ::testing::ValuesIn(AllScenarios()),
    [](const ::testing::TestParamInfo<Scenario>& scenario) {
      return scenario.param.name;
    });

}  // namespace
}  // namespace agent::testing
