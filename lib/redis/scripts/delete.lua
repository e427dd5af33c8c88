#!lua flags=allow-oom
-- DELETE: all of a conversation, in a single write. It must stay the only one:
-- two would be a MULTI block in the append-only file, whose second half could
-- come back after a power loss and delete what was made since.
--@include common.lua
local principal, force = ARGV[1], ARGV[2] == '1'

local no = refusal(principal)
if no then return no end
local known = redis.call('HGET', RECORD, 'agent')
if not known and redis.call('EXISTS', LOG) == 0 then return {'DENIED'} end
if not force then
  local runs, seen = {}, {}
  local active = activity()
  if active ~= '' then
    runs[1], seen[active] = active, true
  end
  for _, run in ipairs(redis.call('LRANGE', MAILBOX, 0, -1)) do
    local state = redis.call('HGET', RECORD, 'state:' .. run)
    if not seen[run] and (state == 'queued' or state == 'running') then
      seen[run] = true
      runs[#runs + 1] = run
    end
  end
  if #runs > 0 then return {'ACTIVE', runs} end
end
redis.call('DEL', LOG, RECORD, MAILBOX, RUNS, REQUESTS, MESSAGES)
redis.call('PUBLISH', LOG, '0')
return {'OK', known or ''}
