# AGENT_SANITIZE: a comma-separated list for -fsanitize=, applied to our own
# code and not to generated code, whose build it would make three times as dear.
set(AGENT_SANITIZE "" CACHE STRING "Sanitizers, such as address,undefined")
if(AGENT_SANITIZE)
  target_compile_options(agent_warnings INTERFACE
    -fsanitize=${AGENT_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AGENT_SANITIZE})
endif()
