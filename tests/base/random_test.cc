#include "lib/base/random.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/mutex.h"

namespace agent::testing {
namespace {

TEST(RandomTest, AnIdIs32LowerCaseHexDigits) {
  for (int i = 0; i < 100; ++i) {
    const std::string id = RandomId();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  }
}

TEST(RandomTest, IdsOfManyThreadsDiffer) {
  Mutex mu;
  std::set<std::string> ids;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        std::string id = RandomId();
        MutexLock lock(&mu);
        ids.insert(std::move(id));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ids.size(), 4000u);
}

TEST(RandomTest, FractionsAreBelowOneAndSpread) {
  int buckets[10] = {};
  for (int i = 0; i < 10000; ++i) {
    const double fraction = RandomFraction();
    ASSERT_GE(fraction, 0.0);
    ASSERT_LT(fraction, 1.0);
    ++buckets[static_cast<int>(fraction * 10)];
  }
  for (const int count : buckets) EXPECT_GT(count, 800);
}

TEST(RandomTest, ThreadsDoNotShareASequence) {
  double first = 0, second = 0;
  std::thread a([&] { first = RandomFraction(); });
  std::thread b([&] { second = RandomFraction(); });
  a.join();
  b.join();
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace agent::testing
