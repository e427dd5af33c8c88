# Scripts that are wrong on purpose, made from the real ones, so that they stay
# like them in everything else. Where a script has changed so that the flaw does
# not fit any more, configuring fails.
set(lua_source_dir "${PROJECT_SOURCE_DIR}/lib/redis/scripts")
set(lua_flawed_dir "${CMAKE_CURRENT_BINARY_DIR}/flawed")

# Reads a script and everything it depends on for configuring again.
function(read_lua name variable)
  set(path "${lua_source_dir}/${name}.lua")
  file(READ "${path}" text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# Replaces, in the variable, what must be there exactly once.
function(replace_once variable from to)
  string(FIND "${${variable}}" "${from}" first)
  string(FIND "${${variable}}" "${from}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "the flaw does not fit the script any more: ${from}")
  endif()
  string(REPLACE "${from}" "${to}" text "${${variable}}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

function(must_contain variable text)
  string(FIND "${${variable}}" "${text}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "the flaw does not fit the scripts any more: ${text}")
  endif()
endfunction()

function(write_lua name text)
  file(CONFIGURE OUTPUT "${lua_flawed_dir}/${name}.lua" CONTENT "${text}" @ONLY)
endfunction()

read_lua(append append)
read_lua(release release)
# All that might be included.
file(GLOB lua_includes "${lua_source_dir}/*.lua")
set(includes "")
foreach(path IN LISTS lua_includes)
  file(READ "${path}" text)
  string(APPEND includes "${text}")
endforeach()

# The fence without its token.
set(text "${append}")
replace_once(text "r.attempt == attempt and\n    r.token == token then"
  "r.attempt == attempt then")
replace_once(text "r.attempt ~= attempt or r.token ~= token or"
  "r.attempt ~= attempt or")
write_lua(append_no_token "${text}")
set(text "${release}")
replace_once(text "r.attempt ~= attempt or r.token ~= token then"
  "r.attempt ~= attempt then")
write_lua(release_no_token "${text}")

# Entries are held back until the record is written. The shim stands before the
# includes, whose functions take `redis` from around them.
must_contain(includes "command('XADD', LOG")
must_contain(includes "redis.call('HSET', RECORD, 'n'")
set(text "${append}")
replace_once(text "#!lua\n" "#!lua\n\
local real, held = redis, {}\n\
local function hold_or_call(call, ...)\n\
  local command, key = ...\n\
  if command == 'XADD' then\n\
    held[#held + 1] = {...}\n\
    return ''\n\
  end\n\
  local reply = call(...)\n\
  if command == 'HSET' and key == KEYS[2] then\n\
    for _, entry in ipairs(held) do real.call(unpack(entry)) end\n\
    held = {}\n\
  end\n\
  return reply\n\
end\n\
local redis = {\n\
  call = function(...) return hold_or_call(real.call, ...) end,\n\
  pcall = function(...) return hold_or_call(real.pcall, ...) end}\n")
write_lua(append_record_first "${text}")

include(EmbedLua)
set(lua_flawed "${lua_flawed_dir}/script_texts.cc")
agent_embed_lua(
  OUTPUT "${lua_flawed}"
  SCRIPTS
    "${lua_flawed_dir}/append_no_token.lua"
    "${lua_flawed_dir}/append_record_first.lua"
    "${lua_flawed_dir}/release_no_token.lua"
  # Again and again, since what is included may include.
  INCLUDES ${lua_includes} ${lua_includes} ${lua_includes})
