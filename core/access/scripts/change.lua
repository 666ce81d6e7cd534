-- KEYS: a hash of records, the audit stream; of a decision about a request also the requests, their times, the decision.
-- ARGV: field, its new record ('' removes it), the states from which it may change (separated by commas, 'none' for no
-- record), the seconds that the stream keeps a change, who changes it, what is done, the name of whom it is done to; of a
-- decision also the request's subject, the seconds that the decision is kept.
-- 1: changed and written down, or so already; of a decision, by this call or an earlier one of the same event. 0: its
-- state is another one. -1: the request was decided by somebody else.
if KEYS[5] and redis.call('EXISTS', KEYS[5]) == 1 then
  return 1
end
local request = KEYS[3] and redis.call('HGET', KEYS[3], ARGV[8])
if KEYS[3] and not request then
  return -1
end
local record = redis.call('HGET', KEYS[1], ARGV[1])
if (record or '') ~= ARGV[2] then
  local readable, value = pcall(cjson.decode, record or '')
  local state = readable and type(value) == 'table' and value.state or 'none'
  if not string.find(',' .. ARGV[3] .. ',', ',' .. state .. ',', 1, true) then
    return 0
  end
  if ARGV[2] == '' then
    redis.call('HDEL', KEYS[1], ARGV[1])
  else
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  end
  redis.call('XADD', KEYS[2], 'MINID', (redis.call('TIME')[1] - ARGV[4]) * 1000, '*',
    'by', ARGV[5], 'action', ARGV[6], 'subject', ARGV[1], 'name', ARGV[7])
  redis.call('EXPIRE', KEYS[2], ARGV[4])
end
if request then
  redis.call('HDEL', KEYS[3], ARGV[8])
  redis.call('ZREM', KEYS[4], ARGV[8])
  redis.call('SET', KEYS[5], request, 'EX', ARGV[9])
end
return 1
