-- What a month's hash of a subject holds: counts of the month, and of each day as "<day>:<count>".

-- Tells how much is counted; what is no number is not ours and counts as nothing.
local function read(key, field)
  return tonumber(redis.call('HGET', key, field) or 0) or 0
end

-- Adds amounts, which may be negative, to a month and its day.
local function add(key, day, amounts, lifetime)
  for name, amount in pairs(amounts) do
    if amount ~= 0 then
      for _, field in ipairs({name, day .. ':' .. name}) do
        redis.call('HSET', key, field, string.format('%.0f', math.max(0, read(key, field) + amount)))
      end
    end
  end
  redis.call('EXPIRE', key, lifetime)
end

-- Reads how much of a limit is used; a limit names the place of its subject among the keys.
local function used_of(limit, first)
  return read(KEYS[first + limit.subject], limit.field)
end
