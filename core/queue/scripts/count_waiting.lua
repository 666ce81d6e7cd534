-- KEYS: stream. ARGV: lanes. Only reads.
-- For each lane the messages that wait in it, without one that is claimed, and the milliseconds since the oldest of them
-- was stored; -1 when none waits, or when the time is not known any more.
local function is_claimed(record)
  if not record or not string.match(record.place, '^%d+%-%d+$') then
    return false
  end
  local pending = redis.pcall('XPENDING', KEYS[1], 'w', record.place, record.place, 1)
  return not pending.err and #pending > 0
end

local answers = {}
for _, lane in ipairs(ARGV) do
  local length = redis.pcall('LLEN', PREFIX .. 'm:' .. lane) -- an error when another program has written there
  local claimed = is_claimed(read_record(lane)) and 1 or 0
  local waiting = type(length) == 'number' and math.max(0, length - claimed) or 0
  answers[#answers + 1] = waiting
  answers[#answers + 1] = waiting > 0 and mail_age(lane, redis.call('LINDEX', PREFIX .. 'm:' .. lane, claimed)) or -1
end
return answers
