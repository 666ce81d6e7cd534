-- KEYS: stream, mailbox, state. ARGV: ticket, consumer, deliveries, how many of the next are fields and values to keep,
-- those, then mails that wait behind the head.
-- Makes them a part of the head: they leave the mailbox in the step in which the fields, which hold them, are kept.
-- -1: not ours any more, nothing changed. Else 1 when somebody asked to stop, 0 when not.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return -1
end
local last = 4 + tonumber(ARGV[4])
redis.call('HSET', KEYS[3], unpack(ARGV, 5, last))
for i = last + 1, #ARGV do
  redis.call('LREM', KEYS[2], -1, ARGV[i])
end
return redis.call('HEXISTS', KEYS[3], '!stop')
