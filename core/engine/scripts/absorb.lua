-- KEYS: stream, mailbox, state. ARGV: ticket, consumer, deliveries, field, value, then mails that wait behind the head.
-- Makes them a part of the head: they leave the mailbox in the step in which `value`, which holds them, is kept.
-- -1: not ours any more, nothing changed. Else 1 when somebody asked to stop, 0 when not.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return -1
end
redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
for i = 6, #ARGV do
  redis.call('LREM', KEYS[2], -1, ARGV[i])
end
return redis.call('HEXISTS', KEYS[3], '!stop')
