#!lua
-- APPEND: chunks, at most one step and perhaps the end of a run, by the one who
-- holds it; with none of them a heartbeat. The hot path: one HMGET, an XADD for
-- each chunk, one HSET, one PUBLISH.
--@include keys.lua
--@include record.lua
local run, attempt, token = ARGV[4], tonumber(ARGV[5]), ARGV[6]
local lease, sequence = tonumber(ARGV[7]), tonumber(ARGV[8])
local step_index, step_count, step = tonumber(ARGV[9]), ARGV[10], ARGV[11]
-- The end: '' or the run's state; the failures that used up its attempts, or ''
-- if something else ended it; and its entry's own fields, counted.
local ending, reason, message, usage = ARGV[12], ARGV[13], ARGV[14], ARGV[15]
local failures, end_fields = ARGV[16], tonumber(ARGV[17])
local FIRST_FIELD = 18
-- Behind them the chunks, each: text, how many fields follow, these.

local r = load(run)
local written = r.n

local function done()
  local left = ending ~= '' and redis.call('LLEN', MAILBOX) or 0
  return {'OK', r.next, r.index, r.last, r.n - written, now, left, r.agent}
end

if not r.version then return {'LOST'} end
-- The reply to this very end was lost.
if ending ~= '' and r.state == ending and r.attempt == attempt and
    r.token == token then
  return done()
end
if r.state ~= 'running' or r.attempt ~= attempt or r.token ~= token or
    r.active ~= run then
  return {'FENCED'}
end
if r.cancel and ending == '' then return {'CANCEL'} end
-- Redis lost what this worker had been told was stored.
if sequence > r.next or step_index > r.index then
  return {'GAP', text(r.next), text(r.index)}
end

local at = FIRST_FIELD + end_fields
while at <= #ARGV do
  local last = at + 1 + tonumber(ARGV[at + 1])
  if sequence >= r.next then add(r, ARGV[at], unpack(ARGV, at + 2, last)) end
  sequence = sequence + 1
  at = last + 1
end
local standing = r.last
if ending ~= '' then
  add(r, '', unpack(ARGV, FIRST_FIELD, FIRST_FIELD + end_fields - 1))
end
if step_count == '1' and step_index == r.index then
  redis.call('HSET', MESSAGES, text(r.index), step)
  r.index = r.index + 1
  r.standing = standing
end

r.lease = now + lease
if ending ~= '' then
  close(r, ending, reason, message, usage, failures)
else
  local moved = now + LIVE_MS - r.kept > EXPIRY_SLACK_MS
  if moved then r.kept = kept_until(r) end
  save(r)
  if moved then keep_alive() end
end
wake(r.n)
return done()
