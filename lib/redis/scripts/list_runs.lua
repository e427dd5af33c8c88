#!lua flags=no-writes
-- Newest first, strictly before a run. The list is at most about a thousand
-- ids; a lost ADMIT that came back may have put one there twice.
--@include common.lua
local principal, size, before = ARGV[1], tonumber(ARGV[2]), ARGV[3]
-- A page ends early when its messages are this large together.
local MAX_BYTES = 1048576

local no = refusal(principal, true)
if no then return no end

local ids = redis.call('LRANGE', RUNS, 0, -1)
local page, seen, started, bytes = {}, {}, before == '', 0
for i = #ids, 1, -1 do
  local run = ids[i]
  if not seen[run] and started then
    if #page >= size or bytes >= MAX_BYTES then return {'OK', page, 1} end
    local described = describe(run, true)
    if described[4] then
      page[#page + 1] = {run, described}
      bytes = bytes + #(described[17] or '')
    end
  end
  seen[run] = true
  if run == before then started = true end
end
return {'OK', page, 0}
