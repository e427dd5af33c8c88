# agent_test(name SOURCES a.cc ... LIBS x ... LABELS unit|redis|e2e|core ...)
# One GoogleTest program whose cases become CTest cases. Label `core` marks
# what links no gRPC and so runs under ThreadSanitizer.
function(agent_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE
    ${arg_LIBS} agent::testing GTest::gmock GTest::gtest_main agent_warnings)
  if(AGENT_SANITIZE MATCHES "thread")
    target_sources(${name} PRIVATE
      "${PROJECT_SOURCE_DIR}/tests/testing/tsan_suppressions.cc")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  # A list within the properties survives gtest_discover_tests' three readings
  # only so; unescaped, the second label is taken for a property's name.
  string(REPLACE ";" "\\\\\\\\\\\\\\;" labels "${arg_LABELS}")
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${labels}" TIMEOUT ${arg_TIMEOUT})
endfunction()
