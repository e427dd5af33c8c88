#!lua flags=no-writes
-- A page of a sorted set, highest score first and ties by member, descending,
-- strictly after ARGV[1] (score) and ARGV[2] (member; '' for the beginning).
-- Returns member, score, member, score, ...
local score, member, max = ARGV[1], ARGV[2], tonumber(ARGV[3])
if member == '' then
  return redis.call('ZREVRANGE', KEYS[1], 0, max - 1, 'WITHSCORES')
end

-- Where the position stands, or would stand if it were still there: behind all
-- higher scores and the ties above it.
local rank = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
local ties = redis.call('ZRANGE', KEYS[1], score, score, 'BYSCORE')
for _, tie in ipairs(ties) do
  if tie >= member then rank = rank + 1 end
end
return redis.call('ZREVRANGE', KEYS[1], rank, rank + max - 1, 'WITHSCORES')
