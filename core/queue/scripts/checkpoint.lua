-- KEYS: stream, state. ARGV: entry, consumer, deliveries, then fields and values to keep.
-- -1: the claim is void, nothing was kept. Else 1 when somebody asked to stop, 0 when not.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return -1
end
if #ARGV > 3 then
  use_reserve()
  redis.call('HSET', KEYS[2], unpack(ARGV, 4))
end
return redis.call('HEXISTS', KEYS[2], '!stop')
