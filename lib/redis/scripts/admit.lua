#!lua
-- ADMIT: makes a run durable, once. The script is refused as a whole when Redis
-- is full (that is what its first line does).
--@include common.lua
--@include record.lua
--@include lost_runs.lua
local run, request, hash, message, options = ARGV[4], ARGV[5], ARGV[6], ARGV[7],
  ARGV[8]
local limit, principal, agent, max_queued = ARGV[9], ARGV[10], ARGV[11],
  tonumber(ARGV[12])

local no = refusal(principal)
if no then return no end
local h = redis.call('HMGET', RECORD, 'agent', 'last', 'created',
  'state:' .. run, 'hash:' .. run, 'cursor:' .. run, 'accepted:' .. run)
if h[1] and h[1] ~= agent then return {'MISMATCH'} end

if request ~= '' then
  local before = redis.call('HGET', REQUESTS, request)
  if before then
    local id, hashed, cursor, accepted = string.match(before,
      '^([^|]*)|([^|]*)|([^|]*)|([^|]*)$')
    if hashed ~= hash then return {'CONFLICT'} end
    if requeue_lost() then keep_alive() end
    return {'DUP', id, cursor, accepted}
  end
end
-- The run may be known without its request: the end of this very script was
-- lost, or the request carried no id.
if h[4] then
  if h[5] ~= hash then return {'CONFLICT'} end
  if requeue_lost() then keep_alive() end
  return {'DUP', run, h[6], h[7]}
end
if redis.call('LLEN', MAILBOX) >= max_queued then return {'FULL'} end

-- An earlier try at this may have been torn right after its RPUSH.
redis.call('LREM', MAILBOX, 0, run)
redis.call('LREM', RUNS, 0, run)
redis.call('RPUSH', MAILBOX, run)
redis.call('RPUSH', RUNS, run)
local cursor = h[2] or '0-0'
redis.call('HSET', RECORD, 'v', VERSION, 'principal', principal, 'agent', agent,
  'created', h[3] or text(now), 'updated', text(now),
  'state:' .. run, 'queued', 'message:' .. run, message,
  'options:' .. run, options, 'limit:' .. run, limit, 'hash:' .. run, hash,
  'accepted:' .. run, text(now), 'cursor:' .. run, cursor,
  'request:' .. run, request)
if request ~= '' then
  redis.call('HSET', REQUESTS, request,
    run .. '|' .. hash .. '|' .. cursor .. '|' .. text(now))
end
keep_alive()
wake(0)
return {'OK', run, cursor, text(now)}
