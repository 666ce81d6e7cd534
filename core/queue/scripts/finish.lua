-- KEYS: stream, mailbox, state, dead letters.
-- ARGV: entry, consumer, deliveries, lane, SHA-1 of the envelope, the envelope if it is to be kept as a dead letter,
-- seconds for which dead letters are kept.
-- 1: the message is finished. 0: the claim is void, nothing changed.
local entry, lane = ARGV[1], ARGV[4]
if deliveries(KEYS[1], entry, ARGV[2]) ~= tonumber(ARGV[3]) then
  return 0
end
use_reserve()
local head = redis.call('LINDEX', KEYS[2], 0)
local is_head = head and redis.sha1hex(head) == ARGV[5] -- else the store lost the mailbox, and what came since stays
if ARGV[6] ~= '' then
  local mail = is_head and head or ARGV[6]
  local fields = {'lane', lane, 'mail', mail, 'deliveries', ARGV[3]}
  local person = read_shares(lane, mail)
  if person ~= '' then
    fields[7], fields[8] = 'person', person
  end
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', MAX_DEAD_LETTERS, '*', unpack(fields))
  local kept = tonumber(ARGV[7])
  redis.call('XTRIM', KEYS[4], 'MINID', string.format('%d000', redis.call('TIME')[1] - kept))
  redis.call('EXPIRE', KEYS[4], kept)
end
remove_entry(KEYS[1], entry)
local record = read_record(lane)
if record and record.place ~= entry and is_ready(record) then
  return 1 -- an older version made another entry, whose owner may have begun
end
redis.call('DEL', KEYS[3])
if is_head then
  forget_mail(lane, head)
  redis.call('LPOP', KEYS[2])
end
-- Whoever waits goes first, so that a lane with many messages lets the others through.
local freed = {}
leave(lane, freed)
wake(freed)
admit(lane, freed)
wake(freed)
return 1
