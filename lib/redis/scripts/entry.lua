-- Included where entries are looked into.
local function field(entry, name)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == name then return entry[2][i + 1] end
  end
end

local function edge_id(command, from, to)
  local entry = redis.call(command, LOG, from, to, 'COUNT', 1)[1]
  return entry and entry[1] or '0-0'
end
