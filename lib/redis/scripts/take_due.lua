#!lua flags=allow-oom
-- TAKE_DUE: what is due in `agent-due`, each pushed on by a lease, so that one
-- worker looks at it. Returns conversation, score, conversation, score, ...
local lease, max = tonumber(ARGV[1]), ARGV[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local next_look = string.format('%.0f', now + lease)

local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf',
  string.format('%.0f', now), 'LIMIT', 0, max)
local taken = {}
for _, conversation in ipairs(due) do
  redis.call('ZADD', KEYS[1], next_look, conversation)
  taken[#taken + 1] = conversation
  taken[#taken + 1] = next_look
end
return taken
