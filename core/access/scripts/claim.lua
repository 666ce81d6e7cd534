-- KEYS: owner, people, codes, tries, the audit stream.
-- ARGV: person, record, the seconds that the stream keeps a change, name, the digest of the code.
-- 1: the person owns the bot now, and no code works any more. 0: somebody was faster.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return 1 -- by an earlier call
end
if not redis.call('ZSCORE', KEYS[3], ARGV[5]) or not redis.call('SET', KEYS[1], ARGV[1], 'NX') then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('DEL', KEYS[3], KEYS[4])
redis.call('XADD', KEYS[5], 'MINID', (redis.call('TIME')[1] - ARGV[3]) * 1000, '*',
  'by', ARGV[1], 'action', 'claimed', 'subject', ARGV[1], 'name', ARGV[4])
redis.call('EXPIRE', KEYS[5], ARGV[3])
return 1
