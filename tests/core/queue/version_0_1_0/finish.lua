-- KEYS: stream, mailbox, state, dead letters.
-- ARGV: entry, consumer, deliveries, lane, SHA-1 of the envelope, '1' to keep a dead letter.
-- 1: the message is finished. 0: the claim is void, nothing changed.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return 0
end
local head = redis.call('LINDEX', KEYS[2], 0)
if head and redis.sha1hex(head) ~= ARGV[5] then
  -- The mailbox was lost meanwhile. Whatever has come since has an entry of its own.
  remove_entry(KEYS[1], ARGV[1])
  return 1
end
if head and ARGV[6] == '1' then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'lane', ARGV[4], 'mail', head, 'deliveries', ARGV[3])
  -- They hold what people wrote, so they are kept for 30 days.
  local kept = 30 * 24 * 3600
  redis.call('XTRIM', KEYS[4], 'MINID', string.format('%d000', redis.call('TIME')[1] - kept))
  redis.call('EXPIRE', KEYS[4], kept)
end
redis.call('LPOP', KEYS[2])
redis.call('DEL', KEYS[3])
replace_entry(KEYS[1], ARGV[1], KEYS[2], ARGV[4])
return 1
