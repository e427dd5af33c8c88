#!lua flags=no-writes
-- READ: a page of the log and what the record says of it, at one instant.
--@include common.lua
--@include entry.lua
local principal, after, max_entries = ARGV[1], ARGV[2], tonumber(ARGV[3])
local run, want_newest, from_run = ARGV[4], ARGV[5] == '1', ARGV[6] == '1'
-- A page ends at its number of entries or when it has this many bytes: one entry
-- may be large, and a page of such would hold Redis up.
local MAX_BYTES, FIRST_SLICE, MAX_SLICE = 262144, 8, 16
local MAX_ID = '18446744073709551615-18446744073709551615'
-- How many runs of a torn ADMIT the search for the newest one passes over.
local MAX_TORN = 10

local no = refusal(principal)
if no then return no end

if want_newest then
  local newest = redis.call('LRANGE', RUNS, -MAX_TORN, -1)
  for i = #newest, 1, -1 do
    if redis.call('HEXISTS', RECORD, 'state:' .. newest[i]) == 1 then
      run = newest[i]
      break
    end
  end
end

-- Where the page begins, as XRANGE has it; nil: there is nothing to read.
local function page_start()
  if not from_run then
    return after ~= MAX_ID and '(' .. after or nil
  end
  local first = run ~= '' and redis.call('HGET', RECORD, 'first:' .. run)
  if first and first ~= '' then return first end
  return run == '' and want_newest and '-' or nil
end

-- A plain piece of ours, as most are: nothing is large but its text, and it is
-- no end.
local function is_plain(fields)
  return #fields == 10 and fields[1] == 'text' and fields[3] == 'sequence' and
    fields[5] == 'timestamp' and fields[7] == 'run' and fields[9] == 'attempt'
end

local function size_of(fields)
  if is_plain(fields) then return #fields[2] end
  local size = 0
  for i = 2, #fields, 2 do size = size + #fields[i] end
  return size
end

-- Read at a time are as many as have room if all are as large as the largest so
-- far: little is read in vain.
local entries, more = {}, false
local function read_page(from)
  local bytes, largest, count = 0, 1, FIRST_SLICE
  while from and not more do
    count = math.min(count, max_entries - #entries)
    local slice = redis.call('XRANGE', LOG, from, '+', 'COUNT', count)
    for _, entry in ipairs(slice) do
      local size = size_of(entry[2])
      entries[#entries + 1] = entry
      bytes, largest = bytes + size, math.max(largest, size)
      from = '(' .. entry[1]
      if bytes >= MAX_BYTES then break end
    end
    if #slice < count and bytes < MAX_BYTES then return end
    more = #entries >= max_entries or bytes >= MAX_BYTES
    count = math.min(MAX_SLICE, math.ceil((MAX_BYTES - bytes) / largest))
  end
end

-- Whether a terminal entry counts: only if the record says that its run ended
-- with it. A run that was dropped from the record ended with its last one:
-- nothing of the same run follows. Those of other programs always count.
local function ends(entry, following)
  if is_plain(entry[2]) then return false, false end
  if field(entry, 'done') ~= 'true' and not field(entry, 'error') then
    return false, false
  end
  local of = field(entry, 'run')
  if not of then return true, true end
  local known = redis.call('HMGET', RECORD, 'state:' .. of, 'end:' .. of)
  if known[1] then return true, known[2] == entry[1] end
  following = following or
    redis.call('XRANGE', LOG, '(' .. entry[1], '+', 'COUNT', 1)[1]
  return true, not following or field(following, 'run') ~= of
end

read_page(page_start())
local torn = {}
for i, entry in ipairs(entries) do
  local terminal, counts = ends(entry, entries[i + 1])
  if terminal and not counts then torn[#torn + 1] = entry[1] end
end

local at_cursor = redis.call('XRANGE', LOG, after, after, 'COUNT', 1)[1]
local at_end = false
if at_cursor then
  local terminal, counts = ends(at_cursor)
  at_end = terminal and counts
end

local record = redis.call('HMGET', RECORD, 'v', 'n', 'last', 'agent')
local active, waiting = activity()
local lease = active ~= '' and redis.call('HGET', RECORD, 'lease:' .. active)
local last = #entries > 0 and not more and entries[#entries][1] or
  edge_id('XREVRANGE', '+', '-')
return {'OK', text(now), record[1] and 1 or 0, record[2] or '0',
  record[3] or '0-0', record[4] or '', active, waiting, lease or '0',
  redis.call('PTTL', LOG), redis.call('PTTL', RECORD), at_cursor and 1 or 0,
  at_end and 1 or 0, edge_id('XRANGE', '-', '+'),
  last, more and 1 or 0, entries, torn, run,
  run ~= '' and describe(run, false) or {}}
