-- Remove the exchange from a history whose question was asked by an event, or whose answer has its uid.
-- KEYS: history list, question without an answer. ARGV: event.
local function of_event(packed)
  local message = read_message(packed)
  return message.event == ARGV[1] or message.uid == ARGV[1]
end
local items = redis.call('LRANGE', KEYS[1], 0, -1)
local kept = {}
for i = 1, #items, 2 do
  if not of_event(items[i]) and not of_event(items[i + 1]) then
    table.insert(kept, items[i])
    table.insert(kept, items[i + 1])
  end
end
if #kept < #items then
  local left = redis.call('PTTL', KEYS[1])
  redis.call('DEL', KEYS[1])
  for _, item in ipairs(kept) do
    redis.call('RPUSH', KEYS[1], item)
  end
  if #kept > 0 and left > 0 then
    redis.call('PEXPIRE', KEYS[1], left)
  end
end
if of_event(redis.call('GET', KEYS[2])) then
  redis.call('DEL', KEYS[2])
end
