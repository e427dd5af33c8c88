#!lua flags=allow-oom
-- Removes members of a sorted set whose score is still the given one, that is:
-- nobody has asked for them since. ARGV: member, score, member, score, ...
local removed = 0
for i = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[i + 1]) then
    removed = removed + redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return removed
