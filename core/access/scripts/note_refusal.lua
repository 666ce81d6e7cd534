-- KEYS: notices, requests, request times, what was answered to the same event before.
-- ARGV: subject, request ('' for none), now, seconds between two notices, most notices, seconds that a request waits, most
-- requests, seconds in which the event may be delivered again.
-- 0: nobody is told anything. 1: the subject is told. 2: the admins are asked as well.
local subject, now = ARGV[1], tonumber(ARGV[3])
local earlier = redis.call('GET', KEYS[4])
if earlier then
  return tonumber(earlier)
end
local function answer(number)
  redis.call('SET', KEYS[4], number, 'EX', ARGV[8])
  return number
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[4]))
if redis.call('ZSCORE', KEYS[1], subject) or redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[5]) then
  return 0
end
redis.call('ZADD', KEYS[1], now, subject)
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[4])))
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[6]))) do
  redis.call('HDEL', KEYS[2], old)
  redis.call('ZREM', KEYS[3], old)
end
if ARGV[2] == '' or redis.call('HEXISTS', KEYS[2], subject) == 1
    or redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[7]) then
  return answer(1)
end
redis.call('HSET', KEYS[2], subject, ARGV[2])
redis.call('ZADD', KEYS[3], now, subject)
for place = 2, 3 do  -- for when nobody is refused any more, and nothing old removed
  redis.call('EXPIRE', KEYS[place], math.ceil(tonumber(ARGV[6])))
end
return answer(2)
