#!lua flags=allow-oom
-- Makes a conversation due after ARGV[2] ms by Redis' own clock, and never later
-- than it already is: a look that somebody else asked for is not put off.
-- Returns the score, or nothing if it was not changed.
--
-- ARGV[3] is '1' on behalf of someone else, an ADMIT or a RELEASE: then the
-- score always changes, if only by a ms, so that whoever set it does not take
-- it for its own and remove it.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local score = now + tonumber(ARGV[2])
local before = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or nil)
if before and before <= score then
  if ARGV[3] ~= '1' then return nil end
  score = before - 1
end
local text = string.format('%.0f', score)
redis.call('ZADD', KEYS[1], text, ARGV[1])
return text
