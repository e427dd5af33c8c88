#!lua flags=allow-oom
-- RELEASE: a worker gives its attempt back: its lease ends now. Handed over
-- ('1'), it is no failure and may be taken at once; failed ('2'), the next BEGIN
-- counts it and waits, as after a lease that lapsed ('0').
--@include keys.lua
--@include record.lua
local run, attempt, token = ARGV[4], tonumber(ARGV[5]), ARGV[6]
local how = ARGV[7]

local r = load(run)
if r.state ~= 'running' or r.attempt ~= attempt or r.token ~= token then
  return {'FENCED'}
end
r.lease, r.released, r.kept = now, how, kept_until(r)
save(r)
keep_alive()
wake(r.n)
return {'OK', r.agent}
