-- Remove the exchange from a history whose question was asked by an event, or whose answer has its uid.
-- KEYS: history list, question without an answer. ARGV: event.
local function of_event(packed)
  local message = read_message(packed)
  return message.event == ARGV[1] or message.uid == ARGV[1]
end
remove_exchanges(KEYS[1], of_event)
if of_event(redis.call('GET', KEYS[2])) then
  redis.call('DEL', KEYS[2])
end
