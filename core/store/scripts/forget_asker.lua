-- Remove what one person asked in a chat, with the answers.
-- KEYS: history list, question without an answer, answers that have buttons. ARGV: asker, how their questions begin.
-- Returns the uids of the removed answers.
local function of_asker(packed)
  local message = read_message(packed)
  local asker, content = message.asker, message.content
  if asker and asker ~= '' then
    return asker == ARGV[1]
  end
  -- A message of an older version: in groups its speaker is named.
  return message.role == 'user' and type(content) == 'string' and string.sub(content, 1, #ARGV[2]) == ARGV[2]
end
local uids = remove_exchanges(KEYS[1], of_asker)
for _, uid in ipairs(uids) do
  redis.call('HDEL', KEYS[3], uid)
end
if of_asker(redis.call('GET', KEYS[2])) then
  redis.call('DEL', KEYS[2])
end
return uids
