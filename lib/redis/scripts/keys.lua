-- Included by every script over one conversation. A number goes out through
-- text(), since Lua would print a large one as 1.7e+12. '%d' costs a third of
-- '%.0f', and is only for what an integer holds.
local LOG, RECORD, MAILBOX, RUNS, REQUESTS, MESSAGES =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local VERSION = '1'

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local format = string.format
local function text(number)
  return format(number < 1e15 and '%d' or '%.0f', number)
end
local stamp = text(now)
