-- KEYS: stream. ARGV: entry, consumer, deliveries, the consumer that nobody is and whose lease is the delay.
-- 0: the claim is void, nothing changed.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return 0
end
redis.call('XCLAIM', KEYS[1], 'w', ARGV[4], 0, ARGV[1], 'JUSTID')
return 1
