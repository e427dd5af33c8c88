-- Included by the scripts that write. ARGV[1..3] are times to live in ms: of
-- everything while there is work, of the log after it, of the rest after it.
--
-- A script is not atomic across a power loss: any prefix of its writes may be
-- all that survives, and the rest may come back later, in front of what was
-- written since. So: the queue before the record; entries and steps before
-- exactly one HSET of the record; removal from the queue last, and by value.
--
-- Every call makes every function anew, so what few calls need is elsewhere, and
-- what an end needs is made by close().
local LIVE_MS, LOG_MS, STATE_MS =
  tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
-- A look-ahead on expiry, so that the keys live at least LIVE_MS while PEXPIRE
-- is repeated only when it moves by more than this.
local EXPIRY_SLACK_MS = 1000

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

local function write_entry(command, r, piece, ...)
  return command('XADD', LOG, r.last, 'text', piece, 'sequence', text(r.next),
    'timestamp', stamp, 'run', r.run, 'attempt', text(r.attempt), ...)
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
  if r.ms < now then r.ms = now end
  local second = r.n * 1000 + r.attempt
  r.last = (r.ms == now and stamp or text(r.ms)) .. '-' .. text(second)
  if type(write_entry(redis.pcall, r, piece, ...)) == 'table' then
    local ms, top = newest_id()
    r.ms = math.max(r.ms, ms)
    if r.ms == ms and top >= second then r.ms = r.ms + 1 end
    r.last = text(r.ms) .. '-' .. text(second)
    write_entry(redis.call, r, piece, ...)
  end
  r.next = r.next + 1
  if r.first == '' then r.first = r.last end
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

-- Ends the run after its terminal entry was added. Mark, reason and letter are
-- written at every end, also when empty: an earlier, torn end's must not stay.
-- `failures`: what used up its attempts, as text; '': something else ended it.
local function close(r, state, reason, message, usage, failures)
--@include closing.lua
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
