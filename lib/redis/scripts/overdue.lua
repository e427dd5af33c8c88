#!lua flags=no-writes
-- What has been due for more than ARGV[1] ms: nobody takes it. At most ARGV[3]
-- from the ARGV[2]-th on. Returns conversation, score, conversation, score, ...
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local before = string.format('%.0f', now - tonumber(ARGV[1]))
return redis.call('ZRANGE', KEYS[1], '-inf', '(' .. before, 'BYSCORE', 'LIMIT',
  ARGV[2], ARGV[3], 'WITHSCORES')
