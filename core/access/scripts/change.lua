-- KEYS: a hash of records, the audit stream.
-- ARGV: field, its new record ('' removes it), the states from which it may change (separated by commas, 'none' for no
-- record), the seconds that the stream keeps a change, who changes it, what is done, the name of whom it is done to.
-- 1: changed and written down. 0: its state is another one.
local record = redis.call('HGET', KEYS[1], ARGV[1])
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
return 1
