#!lua flags=allow-oom
-- RESCAN: whether the conversation has work, or owes a dead letter; and puts
-- right what a torn script left: runs in no queue, keys without an expiry.
--@include common.lua
--@include record.lua
--@include letters.lua
--@include expiry.lua
--@include lost_runs.lua
requeue_lost()
local active, waiting = activity()
local busy = active ~= '' or waiting > 0
if busy then keep_alive() else age_forgotten() end
local due = busy or #letters_owed() > 0
return {due and 'WORK' or 'IDLE', redis.call('HGET', RECORD, 'agent') or '',
  text(now)}
