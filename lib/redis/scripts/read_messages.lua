#!lua flags=no-writes
-- READ MESSAGES: those of the indexes from ARGV[2] to below ARGV[1], newest
-- first, as many as a page holds: one alone may have many MiB, and a page of
-- such would hold Redis up. And the active run, at the same instant.
--@include common.lua
local below, from = tonumber(ARGV[1]), tonumber(ARGV[2])
local MAX_MESSAGES, MAX_BYTES, MAX_LOOKS = 64, 1048576, 1000

local page, bytes, looks = {}, 0, 0
while below > from and #page < 2 * MAX_MESSAGES and looks < MAX_LOOKS do
  local index = text(below - 1)
  local size = redis.call('HSTRLEN', MESSAGES, index)
  if #page > 0 and bytes + size > MAX_BYTES then break end
  if size > 0 then
    page[#page + 1] = index
    page[#page + 1] = redis.call('HGET', MESSAGES, index)
  end
  below, bytes, looks = below - 1, bytes + size, looks + 1
end
return {text(below), (activity()), page}
