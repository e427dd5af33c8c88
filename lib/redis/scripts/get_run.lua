#!lua flags=no-writes
--@include common.lua
local principal, run = ARGV[1], ARGV[2]

local no = refusal(principal, true)
if no then return no end
if redis.call('HEXISTS', RECORD, 'state:' .. run) == 0 then return {'NONE'} end
return {'OK', run, describe(run, true)}
