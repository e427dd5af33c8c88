#include "tests/redis/flawed_scripts.h"

#include <gtest/gtest-spi.h>

#include <utility>

namespace agent::testing {

Scripts::Transform WithFlaw(const Flaw& flaw) {
  return [flaw](std::string_view name, std::string source) {
    const size_t at = source.find(flaw.from);
    const bool has = at != std::string::npos;
    if (name == flaw.script) {
      EXPECT_TRUE(has) << "the flaw does not fit the script any more";
    }
    if (has && (flaw.script.empty() || name == flaw.script)) {
      source.replace(at, flaw.from.size(), flaw.to);
    }
    return WithTestClock(name, std::move(source));
  };
}

int ViolationsIn(const std::function<void(std::function<bool()>)>& run) {
  ::testing::TestPartResultArray found;
  const ::testing::ScopedFakeTestPartResultReporter intercept(
      ::testing::ScopedFakeTestPartResultReporter::
          INTERCEPT_ONLY_CURRENT_THREAD,
      &found);
  run([&] { return found.size() > 0; });
  return found.size();
}

}  // namespace agent::testing
