-- The user's message as `h` holds it: the JSON given to ADMIT, marked.
local function user_message(r, state, reason)
  local stored = redis.call('HMGET', RECORD, 'message:' .. r.run,
    'accepted:' .. r.run)
  local mark = ''
  if state ~= '' then mark = '"state":' .. cjson.encode(state) .. ',' end
  if reason ~= '' then
    mark = mark .. '"reason":' .. cjson.encode(reason) .. ','
  end
  return '{' .. mark .. '"time":' .. (stored[2] or '0') .. ',' ..
    string.sub(stored[1] or '{"role":"user"}', 2)
end
