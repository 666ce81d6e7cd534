-- KEYS: rules, people, the audit stream.
-- ARGV: name, text ('' removes the rule), who changes it, most rules, the oldest id that the stream keeps.
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
redis.call('XADD', KEYS[3], 'MINID', '~', ARGV[5], '*',
  'by', ARGV[3], 'action', 'rule', 'subject', ARGV[1], 'name', ARGV[2])
return 1
