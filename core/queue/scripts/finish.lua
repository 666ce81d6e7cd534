-- KEYS: stream, mailbox, state, dead letters. ARGV: ticket, consumer, deliveries, lane, '1' to keep a dead letter.
-- 1: the head of the mailbox is done with. 0: not ours, nothing changed.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return 0
end
local mail = redis.call('LPOP', KEYS[2])
if mail and ARGV[5] == '1' then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'lane', ARGV[4], 'mail', mail, 'deliveries', ARGV[3])
  -- They hold what people wrote, so they are kept for 30 days.
  local kept = 30 * 24 * 3600
  redis.call('XTRIM', KEYS[4], 'MINID', string.format('%d000', redis.call('TIME')[1] - kept))
  redis.call('EXPIRE', KEYS[4], kept)
end
redis.call('DEL', KEYS[3])
renew_ticket(KEYS[1], ARGV[1], KEYS[2], ARGV[4])
return 1
