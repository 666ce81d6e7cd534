-- KEYS: pause. ARGV: milliseconds. A shorter pause never ends a longer one.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('DEL', KEYS[1]) -- a script that has removed something is not refused for lack of memory
  redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
end
return 1
