-- KEYS: owner, people, the audit stream.
-- ARGV: the present owner, the new one, the seconds that the stream keeps a change.
-- 1: the new one owns the bot, and the old one is an admin. 0: whoever hands it over is not the owner. -1: the new one has
-- no role, or is blocked.
local owner = redis.call('GET', KEYS[1])
if owner ~= ARGV[1] then
  return owner == ARGV[2] and 1 or 0 -- done before, by an earlier delivery of the same press
end
local function read(person)
  local readable, record = pcall(cjson.decode, redis.call('HGET', KEYS[2], person) or '')
  return readable and type(record) == 'table' and record or {}
end
local old, new = read(ARGV[1]), read(ARGV[2])
if new.state ~= 'admin' and new.state ~= 'member' then
  return -1
end
old.state, new.state = 'admin', 'owner'
redis.call('SET', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], cjson.encode(old), ARGV[2], cjson.encode(new))
redis.call('XADD', KEYS[3], 'MINID', (redis.call('TIME')[1] - ARGV[3]) * 1000, '*',
  'by', ARGV[1], 'action', 'owner', 'subject', ARGV[2], 'name', new.name or '')
redis.call('EXPIRE', KEYS[3], ARGV[3])
return 1
