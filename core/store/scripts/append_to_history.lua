-- Append an exchange to a history, once.
-- KEYS: history list, uid of the last append, question without an answer.
-- ARGV: uid, maximum of kept messages, seconds to live, messages to drop from the end first, message...
-- Returns 1 when appended, 0 when this uid was appended before.
if redis.call('GET', KEYS[2]) == ARGV[1] then
  return 0
end
-- Redis does not refuse a script for lack of memory once it has written; a removal is never refused.
redis.call('DEL', KEYS[3])
local drop = tonumber(ARGV[4])
-- The exchange that is to be replaced may have been withdrawn meanwhile, because its question was deleted.
local event = read_message(redis.call('LINDEX', KEYS[1], -2)).event
if drop > 0 and (not event or event == read_message(ARGV[5]).event) then
  redis.call('LTRIM', KEYS[1], 0, -drop - 1)
end
for i = 5, #ARGV do
  redis.call('RPUSH', KEYS[1], ARGV[i])
end
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[2]), -1)
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[3])
return 1
