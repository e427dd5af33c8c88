#!lua flags=allow-oom
-- Makes a conversation due after ARGV[2] ms by Redis' own clock; returns the
-- score.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local score = string.format('%.0f', now + tonumber(ARGV[2]))
redis.call('ZADD', KEYS[1], score, ARGV[1])
return score
