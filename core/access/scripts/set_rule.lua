-- KEYS: rules, people, the audit stream.
-- ARGV: name, text ('' removes the rule), who changes it, most rules, the seconds that the stream keeps a change.
-- 1: so it is now. 0: whoever changes it is no admin. -1: there are too many rules.
local readable, person = pcall(cjson.decode, redis.call('HGET', KEYS[2], ARGV[3]) or '')
local state = readable and type(person) == 'table' and person.state
if state ~= 'owner' and state ~= 'admin' then
  return 0
end
local before = redis.call('HGET', KEYS[1], ARGV[1])
if (before or '') == ARGV[2] then
  return 1
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
elseif not before and redis.call('HLEN', KEYS[1]) > tonumber(ARGV[4]) then
  return -1
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
redis.call('HINCRBY', KEYS[1], 'version', 1)
redis.call('XADD', KEYS[3], 'MINID', (redis.call('TIME')[1] - ARGV[5]) * 1000, '*',
  'by', ARGV[3], 'action', 'rule', 'subject', ARGV[1], 'name', ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[5])
return 1
