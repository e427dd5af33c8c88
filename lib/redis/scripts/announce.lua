#!lua flags=allow-oom
-- Makes agents known and a worker seen. KEYS: the registry, then each agent's
-- workers. ARGV: the worker, how long ago (ms) a worker is forgotten, then each
-- agent's name and description.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local forget = string.format('%.0f', now - tonumber(ARGV[2]))
for i = 2, #KEYS do
  local name, info = ARGV[2 * i - 1], ARGV[2 * i]
  if redis.call('HGET', KEYS[1], name) ~= info then
    redis.call('HSET', KEYS[1], name, info)
  end
  redis.call('ZADD', KEYS[i], string.format('%.0f', now), ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', '(' .. forget)
end
return 'OK'
