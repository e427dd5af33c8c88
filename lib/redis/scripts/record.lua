-- Included by the scripts that write. ARGV[1..3] are times to live in ms: of
-- everything while there is work, of the log after it, of the rest after it.
--
-- A script is not atomic across a power loss: any prefix of its writes may be
-- all that survives, and the rest may come back later, in front of what was
-- written since. So: the queue before the record; entries and steps before
-- exactly one HSET of the record; removal from the queue last, and by value.
local LIVE_MS, LOG_MS, STATE_MS =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
-- What is kept of runs that ended, and how much one script cleans up.
local MAX_RUNS, MAX_FORGET, MAX_TRIM_STEPS, MAX_LOST = 1000, 10, 100, 200
local MAX_MESSAGES, MAX_FORGET_MESSAGES = 10000, 1000
-- A look-ahead on expiry, so that the keys live at least LIVE_MS while PEXPIRE
-- is repeated only when it moves by more than this.
local EXPIRY_SLACK_MS = 1000

local RUN_FIELDS = {'state', 'attempt', 'token', 'failures', 'released', 'next',
  'standing', 'base', 'first', 'end', 'reason', 'lease', 'started', 'message',
  'options', 'limit', 'hash', 'accepted', 'cursor', 'cancel', 'ended', 'error',
  'usage', 'letter', 'request', 'lapses'}

-- The record group of one run, and what else decides about it.
local function load(run)
  local h = redis.call('HMGET', RECORD, 'v', 'agent', 'n', 'ms', 'last',
    'index', 'active', 'kept', 'state:' .. run, 'attempt:' .. run,
    'token:' .. run, 'failures:' .. run, 'released:' .. run, 'next:' .. run,
    'standing:' .. run, 'base:' .. run, 'first:' .. run, 'end:' .. run,
    'reason:' .. run, 'lease:' .. run, 'started:' .. run, 'cancel:' .. run)
  return {
    run = run, version = h[1], agent = h[2] or '', n = tonumber(h[3] or 0),
    ms = tonumber(h[4] or 0), last = h[5] or '0-0',
    index = tonumber(h[6] or 0), active = h[7] or '',
    kept = tonumber(h[8] or 0), state = h[9], attempt = tonumber(h[10] or 0),
    token = h[11] or '', failures = tonumber(h[12] or 0),
    released = h[13] or '0', next = tonumber(h[14] or 0),
    standing = h[15] or '', base = tonumber(h[16] or -1), first = h[17] or '',
    terminal = h[18] or '', reason = h[19] or '', lease = tonumber(h[20] or 0),
    started = tonumber(h[21] or 0), cancel = h[22] == '1'}
end

-- The whole group in the script's one HSET, so that no field of a lost script
-- that comes back in front shows through. More fields may follow.
local function save(r, ...)
  local run = r.run
  redis.call('HSET', RECORD, 'n', text(r.n), 'ms', text(r.ms), 'last', r.last,
    'index', text(r.index), 'active', r.active, 'kept', text(r.kept),
    'updated', text(now), 'state:' .. run, r.state,
    'attempt:' .. run, text(r.attempt), 'token:' .. run, r.token,
    'failures:' .. run, text(r.failures), 'released:' .. run, r.released,
    'next:' .. run, text(r.next), 'standing:' .. run, r.standing,
    'base:' .. run, text(r.base), 'first:' .. run, r.first,
    'end:' .. run, r.terminal, 'reason:' .. run, r.reason,
    'lease:' .. run, text(r.lease), 'started:' .. run, text(r.started), ...)
end

local function write_entry(command, r, second, piece, ...)
  return command('XADD', LOG, text(r.ms) .. '-' .. text(second),
    'text', piece, 'sequence', text(r.next), 'timestamp', text(now),
    'run', r.run, 'attempt', text(r.attempt), ...)
end

local function newest_id()
  local info = redis.call('XINFO', 'STREAM', LOG)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      local ms, second = string.match(info[i + 1], '^(%d+)-(%d+)$')
      return tonumber(ms), tonumber(second)
    end
  end
end

-- Adds an entry. Its id is above all others: Redis itself says when it would
-- not be (a torn script's entry, a foreign one, a clock that stepped back), and
-- only then the log's newest id is looked at.
local function add(r, piece, ...)
  r.n = r.n + 1
  r.ms = math.max(now, r.ms)
  local second = r.n * 1000 + r.attempt
  if type(write_entry(redis.pcall, r, second, piece, ...)) == 'table' then
    local ms, top = newest_id()
    r.ms = math.max(r.ms, ms)
    if r.ms == ms and top >= second then r.ms = r.ms + 1 end
    write_entry(redis.call, r, second, piece, ...)
  end
  r.last = text(r.ms) .. '-' .. text(second)
  r.next = r.next + 1
  if r.first == '' then r.first = r.last end
end

-- The user's message as `h` holds it: the JSON given to ADMIT, marked.
local function user_message(r, state, reason)
  local stored = redis.call('HMGET', RECORD, 'message:' .. r.run,
    'accepted:' .. r.run)
  local mark = ''
  if state ~= '' then mark = '"state":' .. cjson.encode(state) .. ',' end
  if reason ~= '' then
    mark = mark .. '"reason":' .. cjson.encode(reason) .. ','
  end
  return '{' .. mark .. '"time":' .. (stored[2] or '0') .. ',' ..
    string.sub(stored[1] or '{"role":"user"}', 2)
end

local function keep_alive()
  for i = 1, 6 do
    redis.call('PEXPIRE', KEYS[i], LIVE_MS + EXPIRY_SLACK_MS)
  end
end

-- What `kept` is after keep_alive: until when the keys live. While the run has
-- written nothing the log may not be there yet: nothing can be said of it.
local function kept_until(r)
  return r.first ~= '' and now + LIVE_MS or 0
end

-- After something ended: while work is left everything lives on, else it ages.
local function expire()
  if redis.call('LLEN', MAILBOX) > 0 then return keep_alive() end
  redis.call('PEXPIRE', LOG, LOG_MS)
  for i = 2, 6 do redis.call('PEXPIRE', KEYS[i], STATE_MS) end
end

-- Keys that a torn script left without an expiry. A log without a record is
-- another program's.
local function age_forgotten()
  local ours = redis.call('EXISTS', RECORD) == 1
  for i = 1, 6 do
    if redis.call('PTTL', KEYS[i]) == -1 and (i > 1 or ours) then
      redis.call('PEXPIRE', KEYS[i], i == 1 and LOG_MS or STATE_MS)
    end
  end
end

-- Accepted runs that the mailbox does not hold are put back: a torn ADMIT was
-- taken for nothing and removed from the queue before the rest of it came back.
-- They are among the newest. Returns whether there were any.
local function requeue_lost()
  local newest = redis.call('LRANGE', RUNS, -MAX_LOST, -1)
  if #newest == 0 then return false end
  local lost = false
  local names, held = {}, {}
  for i, run in ipairs(newest) do names[i] = 'state:' .. run end
  for _, run in ipairs(redis.call('LRANGE', MAILBOX, 0, -1)) do
    held[run] = true
  end
  for i, state in ipairs(redis.call('HMGET', RECORD, unpack(names))) do
    if state == 'queued' and not held[newest[i]] then
      redis.call('RPUSH', MAILBOX, newest[i])
      held[newest[i]] = true
      lost = true
    end
  end
  return lost
end

-- Where an entry's run stands in a log that is to be trimmed: the id to keep
-- from, if the run ended longer ago than the log's time to live.
local function first_to_keep(entry)
  local run = field(entry, 'run')
  if not run then return nil end
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

--@include letters.lua
-- Ends the run after its terminal entry was added. Mark, reason and letter are
-- written at every end, also when empty: an earlier, torn end's must not stay.
-- `failures`: what used up its attempts, as text; '': something else ended it.
local function close(r, state, reason, message, usage, failures)
  if r.base >= 0 then
    redis.call('HSET', MESSAGES, text(r.base), user_message(r, state, reason))
    if state ~= 'completed' then r.index = r.base + 1 end
  end
  r.state, r.terminal, r.reason, r.active = state, r.last, reason, ''
  local oldest, kept_from = messages_to_forget(r)
  save(r, 'forgotten', text(kept_from), 'ended:' .. r.run, text(now),
    'error:' .. r.run, message, 'usage:' .. r.run, usage,
    unpack(letter_fields(r.run, failures)))
  redis.call('LREM', MAILBOX, 0, r.run)
  trim_log()
  forget_runs()
  forget_messages(oldest, kept_from)
  expire()
end

-- Wakes readers on other processes: `n`, or 0 for "look at the record".
local function wake(n)
  redis.call('PUBLISH', LOG, text(n))
end
