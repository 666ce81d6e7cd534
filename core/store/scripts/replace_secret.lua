-- KEYS[1]: a hash. ARGV: a field, its value, the value that takes its place unless it was changed meanwhile.
if redis.call("HGET", KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
end
