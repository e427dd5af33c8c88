#!lua
-- BEGIN: decides what a worker that looks at the conversation is to do: take
-- the next run under its token, wait, or nothing; and ends, by itself, a run
-- that nobody may attempt any more. Returns the answer, and the dead letters
-- that the caller is to write.
--@include keys.lua
--@include record.lua
--@include user_message.lua
--@include letters.lua
--@include expiry.lua
--@include lost_runs.lua
local token, lease, max_attempts = ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local queue_timeout, backoff = tonumber(ARGV[7]), tonumber(ARGV[8])
-- '1': by one who executes no runs; it takes none, and only ends what must end.
local judge_only = ARGV[9] == '1'
-- Attempt numbers share the id's second half with n: three digits. The last one
-- is for the entry that tells the end.
local LAST_ATTEMPT = 999

local MESSAGE_OF = {
  RUN_TIMEOUT = 'the run took longer than its time limit',
  QUEUE_TIMEOUT = 'no worker took the run in time',
  ATTEMPTS_EXHAUSTED = 'every attempt at the run failed',
}

local dropped = false

-- The first of the queue that has not ended; the others leave it.
local function first_waiting()
  while true do
    local run = redis.call('LINDEX', MAILBOX, 0)
    if not run then return nil end
    local r = load(run)
    if r.state == 'queued' or r.state == 'running' then return r end
    redis.call('LREM', MAILBOX, 0, run)
    dropped = true
  end
end

-- The active run while it is running: after a power loss the queue may not hold
-- it any more. Else the next one that waits.
local function head()
  local active = redis.call('HGET', RECORD, 'active')
  if active and active ~= '' then
    local r = load(active)
    if r.state == 'running' then return r end
  end
  local r = first_waiting()
  if r then return r end
  requeue_lost()
  return first_waiting()
end

local function assignment(r)
  local stored = redis.call('HMGET', RECORD, 'message:' .. r.run,
    'options:' .. r.run, 'lapses:' .. r.run)
  return {'RUN', r.agent, r.run, text(r.attempt), text(r.failures),
    text(r.next), text(r.index), text(r.base), r.standing, r.first,
    text(r.started), text(now), stored[1] or '', stored[2] or '',
    text(r.lease), stored[3] or '0'}
end

-- Why nobody may attempt the run (again), and how it ends then; or nothing.
local function verdict(r, failures)
  local set = redis.call('HMGET', RECORD, 'limit:' .. r.run,
    'accepted:' .. r.run)
  local limit, accepted = tonumber(set[1] or 0), tonumber(set[2] or now)
  if r.cancel then return 'cancelled', '' end
  if r.started > 0 and limit > 0 and now > r.started + limit then
    return 'failed', 'RUN_TIMEOUT'
  end
  if r.state == 'queued' and queue_timeout > 0 and
      now > accepted + queue_timeout then
    return 'failed', 'QUEUE_TIMEOUT'
  end
  if failures >= max_attempts or r.attempt >= LAST_ATTEMPT - 1 then
    return 'failed', 'ATTEMPTS_EXHAUSTED'
  end
end

-- The end is told by a pair of entries: a reader that saw an end that Redis
-- lost learns from the first that what it has is to be discarded.
local function end_run(r, state, reason)
  r.attempt, r.token, r.released = r.attempt + 1, token, '0'
  add(r, '', 'kind', 'attempt', 'discard_after',
    r.first ~= '' and r.last or '')
  local message = MESSAGE_OF[reason] or ''
  if state == 'cancelled' then
    add(r, '', 'kind', 'cancelled', 'done', 'true', 'error', 'cancelled')
  else
    add(r, '', 'kind', 'failed', 'done', 'true', 'error', message,
      'reason', reason)
  end
  close(r, state, reason, message, '',
    reason == 'ATTEMPTS_EXHAUSTED' and text(r.failures) or '')
  wake(r.n)
  return {'ENDED', r.agent, r.run, state, reason, text(r.failures),
    text(redis.call('LLEN', MAILBOX))}
end

local function decide()
  local r = head()
  if not r then
    if dropped then expire() else age_forgotten() end
    return {'IDLE'}
  end

  -- Its reply was lost.
  if r.state == 'running' and r.token == token then return assignment(r) end

  local failures, not_before, lapsed = r.failures, 0, false
  if r.state == 'running' then
    if r.lease > now then return {'BUSY', r.agent, text(r.lease - now)} end
    if r.released ~= '1' then
      failures, lapsed = failures + 1, r.released == '0'
      -- 0, 1, 4, 16, 16, ... times the back-off.
      if failures >= 2 then
        not_before = r.lease + backoff * 4 ^ (math.min(failures, 4) - 2)
      end
    end
  end

  local state, reason = verdict(r, failures)
  if state then
    r.failures = failures
    return end_run(r, state, reason)
  end
  if not_before > now then
    return {'NOT_DUE', r.agent, text(not_before - now)}
  end
  if judge_only then return {'WAITING', r.agent} end

  if r.base < 0 then
    r.base = r.index
    redis.call('HSET', MESSAGES, text(r.base), user_message(r, '', ''))
    r.index = r.index + 1
  end
  if r.started == 0 then r.started = now end
  r.state, r.attempt, r.token, r.failures = 'running', r.attempt + 1, token,
    failures
  r.lease, r.released, r.terminal, r.reason = now + lease, '0', '', ''
  r.active, r.kept = r.run, kept_until(r)
  if lapsed then
    local lapses = redis.call('HGET', RECORD, 'lapses:' .. r.run) or 0
    save(r, 'lapses:' .. r.run, text(lapses + 1))
  else
    save(r)
  end
  keep_alive()
  wake(r.n)
  return assignment(r)
end

local h = redis.call('HMGET', RECORD, 'v', 'owed')
if h[1] and h[1] ~= VERSION then return {{'VERSION'}, {}} end
local answer = decide()
local owes = (h[2] or '') ~= '' or answer[5] == 'ATTEMPTS_EXHAUSTED'
return {answer, owes and letters_owed() or {}}
