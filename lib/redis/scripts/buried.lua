#!lua flags=allow-oom
-- The dead letter of a run is written: the record owes it no more.
--@include keys.lua
--@include letters.lua
local written = ARGV[4]

if redis.call('EXISTS', RECORD) == 0 then return 'OK' end
local left = {}
for _, run in ipairs(runs_owed()) do
  if run ~= written then left[#left + 1] = run end
end
redis.call('HSET', RECORD, 'owed', owed_field(left))
return 'OK'
