// How deep a JSON text nests, told without parsing it: what users and models
// send is bounded before recursive code (dumping, validating) sees it.
#ifndef AGENT_LIB_AGENT_JSON_DEPTH_H_
#define AGENT_LIB_AGENT_JSON_DEPTH_H_

#include <string_view>

namespace agent {

inline constexpr int kJsonDepthMax = 64;

// The most objects and arrays that are open at once, outside strings. Means
// nothing for what is not JSON.
int JsonDepth(std::string_view json);

}  // namespace agent

#endif  // AGENT_LIB_AGENT_JSON_DEPTH_H_
