-- KEYS: stream, mailbox, state. ARGV: entry, consumer, lane.
-- {deliveries, head of the mailbox, state as a flat list}; {0}: not ours, or nothing to do.
local count = deliveries(KEYS[1], ARGV[1], ARGV[2])
if count == 0 then
  return {0}
end
local head = redis.call('LINDEX', KEYS[2], 0)
if not head then
  remove_entry(KEYS[1], ARGV[1])
  return {0}
end
return {count, head, redis.call('HGETALL', KEYS[3])}
