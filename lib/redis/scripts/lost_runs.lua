local MAX_LOST = 200

-- Accepted runs that the mailbox does not hold are put back: a torn ADMIT was
-- taken for nothing and removed from the queue before the rest of it came back.
-- They are among the newest. Returns whether there were any.
local function requeue_lost()
  local newest = redis.call('LRANGE', RUNS, -MAX_LOST, -1)
  if #newest == 0 then return false end
  local lost = false
  local names, held = {}, {}
  for i, run in ipairs(newest) do names[i] = 'state:' .. run end
  for _, run in ipairs(redis.call('LRANGE', MAILBOX, 0, -1)) do
    held[run] = true
  end
  for i, state in ipairs(redis.call('HMGET', RECORD, unpack(names))) do
    if state == 'queued' and not held[newest[i]] then
      redis.call('RPUSH', MAILBOX, newest[i])
      held[newest[i]] = true
      lost = true
    end
  end
  return lost
end
