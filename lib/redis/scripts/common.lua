-- Included by what callers ask about a conversation.
--@include keys.lua

-- Whether `principal` may see the conversation, and this version read it:
-- nothing, or the answer to give. One that must exist and does not is told as
-- another's is.
local function refusal(principal, must_exist)
  local owner = redis.call('HMGET', RECORD, 'v', 'principal')
  if must_exist and not owner[1] then return {'DENIED', 'ABSENT'} end
  if owner[2] and owner[2] ~= principal then return {'DENIED'} end
  if owner[1] and owner[1] ~= VERSION then return {'VERSION'} end
end

-- What the caller shows of a run; read by run_codec.cc in this order.
local function describe(run, with_message)
  return redis.call('HMGET', RECORD, 'agent', 'active', 'last',
    'state:' .. run, 'attempt:' .. run, 'cancel:' .. run, 'accepted:' .. run,
    'started:' .. run, 'ended:' .. run, 'cursor:' .. run, 'first:' .. run,
    'end:' .. run, 'next:' .. run, 'usage:' .. run, 'reason:' .. run,
    'error:' .. run, with_message and 'message:' .. run or 'v')
end

-- The run that is being executed, or ''; and how many wait behind it.
local function activity()
  local active = redis.call('HGET', RECORD, 'active') or ''
  if active ~= '' and
      redis.call('HGET', RECORD, 'state:' .. active) ~= 'running' then
    active = ''
  end
  local waiting = redis.call('LLEN', MAILBOX)
  if waiting > 0 and redis.call('LINDEX', MAILBOX, 0) == active then
    waiting = waiting - 1
  end
  return active, waiting
end
