#!lua flags=no-writes
--@include common.lua
local principal = ARGV[1]

local no = refusal(principal, true)
if no then return no end
local h = redis.call('HMGET', RECORD, 'agent', 'created', 'updated', 'index')
local active, waiting = activity()
return {'OK', text(now), h[1] or '', h[2] or '0', h[3] or '0', h[4] or '0',
  active, text(waiting), redis.call('PTTL', RECORD),
  active ~= '' and redis.call('HGET', RECORD, 'base:' .. active) or '-1'}
