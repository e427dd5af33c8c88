#!lua flags=no-writes
-- How many workers of each agent (KEYS) were seen within ARGV[1] ms.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local since = string.format('%.0f', now - tonumber(ARGV[1]))
local counts = {}
for i = 1, #KEYS do counts[i] = redis.call('ZCOUNT', KEYS[i], since, '+inf') end
return counts
