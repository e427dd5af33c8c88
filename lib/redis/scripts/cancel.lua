#!lua flags=allow-oom
-- CANCEL: a queued run ends at once and never enters the log; a running one is
-- told to stop by its next APPEND, or ended by the next BEGIN.
--@include common.lua
--@include record.lua
--@include expiry.lua
local run, principal = ARGV[4], ARGV[5]

local no = refusal(principal, true)
if no then return no end
local state = redis.call('HGET', RECORD, 'state:' .. run)
if not state then return {'NONE'} end
if state == 'running' then
  redis.call('HSET', RECORD, 'cancel:' .. run, '1', 'updated', text(now))
  keep_alive()
  wake(0)
elseif state == 'queued' then
  redis.call('HSET', RECORD, 'state:' .. run, 'cancelled', 'cancel:' .. run,
    '1', 'ended:' .. run, text(now), 'end:' .. run, '', 'updated', text(now))
  redis.call('LREM', MAILBOX, 0, run)
  expire()
  wake(0)
end
return {'OK', run, describe(run, true)}
