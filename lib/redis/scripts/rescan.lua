#!lua flags=allow-oom
-- RESCAN: whether the conversation has work; and gives an expiry to keys that a
-- torn script left without one.
--@include common.lua
--@include record.lua
local active, waiting = activity()
local busy = active ~= '' or waiting > 0
for i = 1, 6 do
  local ttl = redis.call('PTTL', KEYS[i])
  if busy and ttl ~= -2 and ttl < LIVE_MS then
    redis.call('PEXPIRE', KEYS[i], LIVE_MS + EXPIRY_SLACK_MS)
  elseif ttl == -1 then
    redis.call('PEXPIRE', KEYS[i], i == 1 and LOG_MS or STATE_MS)
  end
end
return {busy and 'WORK' or 'IDLE', redis.call('HGET', RECORD, 'agent') or '',
  text(now)}
