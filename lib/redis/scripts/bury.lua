#!lua
-- Writes a dead letter, unless it is there: whoever wrote it may have died
-- before it could say so. KEYS: the letters of an agent. ARGV: how many are
-- kept, the conversation, the run, its failures.
local MAX_LOOK = 1000
local function holds(letter, name, value)
  for i = 1, #letter[2], 2 do
    if letter[2][i] == name then return letter[2][i + 1] == value end
  end
end

for _, letter in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT',
    MAX_LOOK)) do
  if holds(letter, 'run', ARGV[3]) and
      holds(letter, 'conversation', ARGV[2]) then
    return 0
  end
end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'conversation',
  ARGV[2], 'run', ARGV[3], 'failures', ARGV[4])
return 1
