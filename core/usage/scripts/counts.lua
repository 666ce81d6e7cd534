-- What a month's hash of a subject holds: counts of the month, and of each day as "<day>:<count>".

-- Tells how much is counted; what is no number is not ours and counts as nothing.
local function read(key, field)
  return tonumber(redis.call('HGET', key, field) or 0) or 0
end

-- Adds amounts, which may be negative, to a month and its day: in two commands, since this is done for five subjects.
local function add(key, day, amounts, lifetime)
  local fields, added = {}, {}
  for name, amount in pairs(amounts) do
    if amount ~= 0 then
      for _, field in ipairs({name, day .. ':' .. name}) do
        fields[#fields + 1] = field
        added[#added + 1] = amount
      end
    end
  end
  if #fields > 0 then
    local changed = {}
    for place, count in ipairs(redis.call('HMGET', key, unpack(fields))) do
      changed[2 * place - 1] = fields[place]
      changed[2 * place] = string.format('%.0f', math.max(0, (tonumber(count or 0) or 0) + added[place]))
    end
    redis.call('HSET', key, unpack(changed))
  end
  redis.call('EXPIRE', key, lifetime)
end

-- Reads how much of a limit is used; a limit names the place of its subject among the keys.
local function used_of(limit, first)
  return read(KEYS[first + limit.subject], limit.field)
end
