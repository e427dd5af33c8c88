// Scripts that are wrong on purpose, to see that a test would notice.
#ifndef AGENT_TESTS_REDIS_FLAWED_SCRIPTS_H_
#define AGENT_TESTS_REDIS_FLAWED_SCRIPTS_H_

#include <functional>
#include <ostream>
#include <string>

#include "tests/redis/store_fixture.h"

namespace agent::testing {

struct Flaw {
  std::string name;
  std::string script;  // empty: all that have it
  std::string from;    // must be in the script
  std::string to;
  std::string where;  // the scenario or history that shows it
};

inline void PrintTo(const Flaw& flaw, std::ostream* out) { *out << flaw.name; }

// The scripts with the flaw. Fails the test if it does not fit.
Scripts::Transform WithFlaw(const Flaw& flaw);

// How many failures of the test `run` reports; they are none of this test's.
// `run` is given how to ask whether there are any.
int ViolationsIn(const std::function<void(std::function<bool()>)>& run);

}  // namespace agent::testing

#endif  // AGENT_TESTS_REDIS_FLAWED_SCRIPTS_H_
