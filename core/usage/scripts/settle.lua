-- Counts what a call has really used in the place of what was reserved for it.
-- KEYS: reservation, then the hash of each subject. ARGV: JSON of day, amounts, limits, lifetime, warning_percent.
-- Returns the places of the limits of which `warning_percent` are used now, each once in its period.
local call = cjson.decode(ARGV[1])
local reserved = redis.call('GET', KEYS[1])
if not reserved then
  return {} -- settled before, or after the reservation has ended: then the reserve stays counted
end
redis.call('DEL', KEYS[1])
local difference = call.amounts
for name, amount in pairs(cjson.decode(reserved)) do
  difference[name] = (difference[name] or 0) - amount
end
for place = 2, #KEYS do
  add(KEYS[place], call.day, difference, call.lifetime)
end

local nearly = {}
for place, limit in ipairs(call.limits) do
  local mark = limit.field .. ':warned'
  if used_of(limit, 1) * 100 >= call.warning_percent * limit.most and redis.call('HSETNX', KEYS[1 + limit.subject], mark, 1) == 1 then
    nearly[#nearly + 1] = place
  end
end
return nearly
