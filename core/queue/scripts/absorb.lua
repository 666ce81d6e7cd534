-- KEYS: stream, mailbox, state. ARGV: entry, consumer, deliveries, lane, how many of the next are fields and values to
-- keep, those, then envelopes that wait behind the head.
-- Removes the envelopes from the mailbox in the same step in which the fields, which hold their content, are kept.
-- -1: the claim is void, nothing changed. Else 1 when somebody asked to stop, 0 when not.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return -1
end
use_reserve()
local last = 5 + tonumber(ARGV[5])
redis.call('HSET', KEYS[3], unpack(ARGV, 6, last))
for i = last + 1, #ARGV do
  redis.call('LREM', KEYS[2], -1, ARGV[i])
  forget_mail(ARGV[4], ARGV[i])
end
return redis.call('HEXISTS', KEYS[3], '!stop')
