-- KEYS: stream, mailbox, seen.
-- ARGV: event id, envelope, lane, mailbox limit, seen limit, seconds to remember, channel.
-- 1: stored. -1: had been stored before. -2: the mailbox is full; not remembered, so a later try may succeed.
if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
  return -1
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[4]) then
  return -2
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[3], time[1] .. string.format('%06d', time[2]), ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - tonumber(ARGV[5]))
redis.call('EXPIRE', KEYS[3], ARGV[6])
if redis.call('RPUSH', KEYS[2], ARGV[2]) == 1 then
  redis.call('XADD', KEYS[1], '*', 'c', ARGV[3])
else
  redis.call('PUBLISH', ARGV[7], ARGV[3]) -- it may belong to the message that is being worked on
end
return 1
