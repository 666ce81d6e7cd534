-- KEYS: chats, the audit stream.
-- ARGV: the old chat, the new one, the seconds that the stream keeps a change.
-- 1: what was decided about the old chat holds for the new one. 0: nothing was.
local record = redis.call('HGET', KEYS[1], ARGV[1])
if not record then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
-- The platform may have told before that the bot has left the old chat.
record = string.gsub(record, '"state": ?"left"', '"state": "allowed"')
redis.call('HSET', KEYS[1], ARGV[2], record)
redis.call('XADD', KEYS[2], 'MINID', (redis.call('TIME')[1] - ARGV[3]) * 1000, '*',
  'by', '', 'action', 'moved', 'subject', ARGV[2], 'name', ARGV[1])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
