-- Included by close() in record.lua: what an end is more than an entry.
-- What is kept of what ended, and how much one script cleans up.
local MAX_RUNS, MAX_FORGET, MAX_TRIM_STEPS = 1000, 10, 100
local MAX_MESSAGES, MAX_FORGET_MESSAGES = 10000, 1000
local RUN_FIELDS = {'state', 'attempt', 'token', 'failures', 'released', 'next',
  'standing', 'base', 'first', 'end', 'reason', 'lease', 'started', 'message',
  'options', 'limit', 'hash', 'accepted', 'cursor', 'cancel', 'ended', 'error',
  'usage', 'letter', 'request', 'lapses'}

--@include user_message.lua
--@include letters.lua
--@include expiry.lua
--@include entry.lua

-- Another program's entry leaves by its own age. The next one's id, since its
-- own may be as large as there are.
local function after_foreign(entry)
  if tonumber(string.match(entry[1], '^(%d+)')) >= now - LOG_MS then
    return nil
  end
  local following =
    redis.call('XRANGE', LOG, '(' .. entry[1], '+', 'COUNT', 1)[1]
  return following and following[1]
end

-- Where an entry's run stands in a log that is to be trimmed: the id to keep
-- from, if the run ended longer ago than the log's time to live.
local function first_to_keep(entry)
  local run = field(entry, 'run')
  if not run then return after_foreign(entry) end
  local known = redis.call('HMGET', RECORD, 'ended:' .. run, 'end:' .. run,
    'state:' .. run)
  if known[3] then
    if not known[1] or not known[2] or known[2] == '' or
        tonumber(known[1]) >= now - LOG_MS then
      return nil
    end
    local ms, second = string.match(known[2], '^(%d+)-(%d+)$')
    return ms .. '-' .. text(tonumber(second) + 1)
  end
  -- Forgotten. Runs follow each other, so it ended before any later one began.
  for _, later in ipairs(redis.call('LRANGE', RUNS, 0, MAX_FORGET - 1)) do
    local first = redis.call('HGET', RECORD, 'first:' .. later)
    if first and first ~= '' then
      local ms = tonumber(string.match(first, '^(%d+)'))
      return ms < now - LOG_MS and first or nil
    end
  end
end

-- Whole runs that ended long ago leave a log that goes on.
local function trim_log()
  local from
  for _ = 1, MAX_TRIM_STEPS do
    local entry = redis.call('XRANGE', LOG, from or '-', '+', 'COUNT', 1)[1]
    local keep = entry and first_to_keep(entry)
    if not keep or keep == from then break end
    from = keep
  end
  if from then redis.call('XTRIM', LOG, 'MINID', '=', from) end
end

-- The oldest runs that ended leave the record, and their requests with them:
-- the request first, since the record is what still names it.
local function forget_runs()
  local excess = redis.call('LLEN', RUNS) - MAX_RUNS
  if excess <= 0 then return end
  local oldest = redis.call('LRANGE', RUNS, 0,
    math.min(excess, MAX_FORGET) - 1)
  for _, run in ipairs(oldest) do
    local state = redis.call('HGET', RECORD, 'state:' .. run)
    if state == 'queued' or state == 'running' then break end
    local request = redis.call('HGET', RECORD, 'request:' .. run)
    if request and request ~= '' then redis.call('HDEL', REQUESTS, request) end
    local names = {}
    for i, field in ipairs(RUN_FIELDS) do names[i] = field .. ':' .. run end
    redis.call('HDEL', RECORD, unpack(names))
    redis.call('LREM', RUNS, 0, run)
  end
end

-- The oldest messages leave `h` as runs end: from which index to which.
local function messages_to_forget(r)
  local from = tonumber(redis.call('HGET', RECORD, 'forgotten') or 0)
  local to = math.min(r.index - MAX_MESSAGES, from + MAX_FORGET_MESSAGES)
  return from, math.max(from, to)
end

local function forget_messages(from, to)
  local indexes = {}
  for i = from, to - 1 do indexes[#indexes + 1] = text(i) end
  if #indexes > 0 then redis.call('HDEL', MESSAGES, unpack(indexes)) end
end
