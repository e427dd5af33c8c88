# agent_embed_lua(OUTPUT file.cc SCRIPTS a.lua ... INCLUDES common.lua ...)
# Writes a source that defines, for each script, what lib/redis/scripts.cc
# declares: `extern const char kLua_<name>[]`. A line `--@include x.lua` in a
# script is replaced by that file. Runs again when one of the files changes.
function(agent_embed_lua)
  cmake_parse_arguments(arg "" "OUTPUT" "SCRIPTS;INCLUDES" ${ARGN})
  set(result "// Made by cmake/EmbedLua.cmake.\nnamespace agent {\n")
  foreach(script IN LISTS arg_SCRIPTS)
    file(READ "${script}" text)
    foreach(include IN LISTS arg_INCLUDES)
      get_filename_component(include_name "${include}" NAME)
      file(READ "${include}" included)
      string(REPLACE "--@include ${include_name}\n" "${included}" text
        "${text}")
    endforeach()
    if(text MATCHES "--@include ([^\n]*)")
      message(FATAL_ERROR "${script}: cannot include ${CMAKE_MATCH_1}")
    endif()
    get_filename_component(name "${script}" NAME_WE)
    string(APPEND result "extern const char kLua_${name}[];\n"
      "const char kLua_${name}[] = R\"lua(${text})lua\";\n")
  endforeach()
  string(APPEND result "}  // namespace agent\n")
  file(CONFIGURE OUTPUT "${arg_OUTPUT}" CONTENT "${result}" @ONLY)
  foreach(file IN LISTS arg_SCRIPTS arg_INCLUDES)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  endforeach()
endfunction()
