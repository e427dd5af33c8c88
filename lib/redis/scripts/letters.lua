-- The dead letters that a conversation owes. `agent-dead` lies in another slot,
-- so an end can only note in the record that one is to be written: BEGIN tells
-- it to whoever asks, until one says that it is there.
local MAX_OWED = 100

local function runs_owed()
  local runs = {}
  local owed = redis.call('HGET', RECORD, 'owed') or ''
  for run in string.gmatch(owed, '%S+') do runs[#runs + 1] = run end
  return runs
end

-- The newest of them, as the record holds them.
local function owed_field(runs)
  return table.concat(runs, ' ', math.max(1, #runs - MAX_OWED + 1))
end

-- What an end adds to the record: the failures that used up the run's attempts,
-- or '' if something else ended it.
local function letter_fields(run, failures)
  if failures == '' then return {'letter:' .. run, ''} end
  local runs = runs_owed()
  runs[#runs + 1] = run
  return {'letter:' .. run, failures, 'owed', owed_field(runs)}
end

-- The agent, and run, failures, run, failures, ... Nothing is owed for an end
-- that was torn and did not stay.
local function letters_owed()
  local letters = {}
  for _, run in ipairs(runs_owed()) do
    local h = redis.call('HMGET', RECORD, 'state:' .. run, 'letter:' .. run)
    if h[1] == 'failed' and (h[2] or '') ~= '' then
      letters[#letters + 1] = run
      letters[#letters + 1] = h[2]
    end
  end
  if #letters == 0 then return letters end
  return {redis.call('HGET', RECORD, 'agent') or '', unpack(letters)}
end

