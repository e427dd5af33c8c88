-- After something ended: while work is left everything lives on, else it ages.
local function expire()
  if redis.call('LLEN', MAILBOX) > 0 then return keep_alive() end
  redis.call('PEXPIRE', LOG, LOG_MS)
  for i = 2, 6 do redis.call('PEXPIRE', KEYS[i], STATE_MS) end
end

-- Keys that a torn script left without an expiry. A log without a record is
-- another program's.
local function age_forgotten()
  local ours = redis.call('EXISTS', RECORD) == 1
  for i = 1, 6 do
    if redis.call('PTTL', KEYS[i]) == -1 and (i > 1 or ours) then
      redis.call('PEXPIRE', KEYS[i], i == 1 and LOG_MS or STATE_MS)
    end
  end
end
