-- Remove the exchanges of a history whose question or answer `matches`; return the uids of their answers.
local function remove_exchanges(history, matches)
  local items = redis.call('LRANGE', history, 0, -1)
  local kept, uids = {}, {}
  for i = 1, #items, 2 do
    if matches(items[i]) or matches(items[i + 1]) then
      table.insert(uids, read_message(items[i + 1]).uid or '')
    else
      table.insert(kept, items[i])
      table.insert(kept, items[i + 1])
    end
  end
  if #uids > 0 then
    local left = redis.call('PTTL', history)
    redis.call('DEL', history)
    for _, item in ipairs(kept) do
      redis.call('RPUSH', history, item)
    end
    if #kept > 0 and left > 0 then
      redis.call('PEXPIRE', history, left)
    end
  end
  return uids
end
