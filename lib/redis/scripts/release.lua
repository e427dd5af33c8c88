#!lua flags=allow-oom
-- RELEASE: a worker gives its attempt back: its lease ends now. Handed over, it
-- is no failure and may be taken at once; else the next BEGIN counts it and
-- waits, as after a lease that lapsed.
--@include common.lua
--@include record.lua
local run, attempt, token = ARGV[4], tonumber(ARGV[5]), ARGV[6]
local handed_over = ARGV[7]

local r = load(run)
if r.state ~= 'running' or r.attempt ~= attempt or r.token ~= token then
  return {'FENCED'}
end
r.lease, r.released, r.kept = now, handed_over, kept_until(r)
save(r)
keep_alive()
wake(r.n)
return {'OK', r.agent}
