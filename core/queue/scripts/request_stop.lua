-- KEYS: mailbox, state. ARGV: channel, lane, the tag of the one event that is meant or "".
-- The flag in the state is the request; the published message only makes the owner check it at once.
-- 0: the lane has no such work.
local head = redis.call('LINDEX', KEYS[1], 0)
if not head then
  return 0
end
local event = string.match(head, '^[^\n]*')
if ARGV[3] ~= '' and string.sub(redis.sha1hex(event), 1, 12) ~= ARGV[3] then
  return 0
end
redis.call('HDEL', KEYS[2], '!stop') -- a script that has removed something is not refused for lack of memory
redis.call('HSET', KEYS[2], '!stop', 1)
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
