#!lua flags=no-writes
-- Where many conversations stand. KEYS: log, record, mailbox of each; the
-- answer has as many parts in the same order. At most 200 conversations.

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local answer = {}
for i = 1, #KEYS, 3 do
  local log, record, mailbox = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  local h = redis.call('HMGET', record, 'v', 'n', 'active', 'agent')
  local newest = redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  local active, waiting = h[3] or '', redis.call('LLEN', mailbox)
  if active ~= '' and
      redis.call('HGET', record, 'state:' .. active) ~= 'running' then
    active = ''
  end
  if waiting > 0 and redis.call('LINDEX', mailbox, 0) == active then
    waiting = waiting - 1
  end
  local lease = active ~= '' and redis.call('HGET', record, 'lease:' .. active)
  answer[#answer + 1] = {h[1] and 1 or 0, redis.call('EXISTS', log),
    newest and newest[1] or '0-0', h[2] or '0', active ~= '' and 1 or 0,
    waiting, h[4] or '', lease or '0', string.format('%.0f', now)}
end
return answer
