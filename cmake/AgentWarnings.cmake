# agent_warnings: link it PRIVATE to everything of ours, never to generated code.
add_library(agent_warnings INTERFACE)
target_compile_options(agent_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast
  -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${AGENT_WERROR}>:-Werror>)
