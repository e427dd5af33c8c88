#!lua flags=allow-oom
-- Forgets those of a sorted set (KEYS[1]) whose score, a time, lies more than
-- ARGV[1] ms back: at most ARGV[2] of them.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local before = string.format('%.0f', now - tonumber(ARGV[1]))
local old = redis.call('ZRANGE', KEYS[1], '-inf', '(' .. before, 'BYSCORE',
  'LIMIT', 0, ARGV[2])
if #old > 0 then redis.call('ZREM', KEYS[1], unpack(old)) end
return #old
