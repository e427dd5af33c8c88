# agent_abort_points(a.cc ...): sources of this directory with places at which
# tests make the process die or stop (lib/base/abort_point.h). Without
# AGENT_ABORT_POINTS they compile to what they would be without the places.
function(agent_abort_points)
  if(AGENT_ABORT_POINTS)
    set_property(SOURCE ${ARGN} APPEND
      PROPERTY COMPILE_DEFINITIONS AGENT_ABORT_POINTS)
  endif()
endfunction()
