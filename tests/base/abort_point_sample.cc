// Compiled twice, with AGENT_ABORT_POINTS and without, and never linked: see
// abort_points_compiled.py.
#include "lib/base/abort_point.h"

namespace agent::testing {

int PassTheSample(int passed);

int PassTheSample(int passed) {
  AGENT_ABORT_POINT(in_the_sample);
  AGENT_ABORT_POINT(in_the_sample, "a conversation of it");
  return passed;
}

}  // namespace agent::testing
