-- KEYS: lease. ARGV: holder, milliseconds.
-- Takes or renews. 1: held by this holder now. 0: somebody else holds it.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('DEL', KEYS[1]) -- a script that has removed something is not refused for lack of memory
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
