-- Counts a call in advance, unless that passes a limit.
-- KEYS: reservation, event, minute, then the hash of each subject.
-- ARGV: JSON of day, amounts, limits, lifetime, per_minute (0: any number), event_lifetime.
-- Returns {}: counted. {'limit', place}: it would pass that limit. {'minute', milliseconds}: too many questions.
local call = cjson.decode(ARGV[1])
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {} -- the client has sent it again, since the answer was lost
end
-- Redis does not refuse a script for lack of memory once it has written; a removal is never refused.
redis.call('DEL', KEYS[1])

-- What was granted to an event holds for all its calls, in every process that takes it over.
if redis.call('EXISTS', KEYS[2]) == 0 then
  if call.per_minute > 0 and (tonumber(redis.call('GET', KEYS[3])) or 0) >= call.per_minute then
    return {'minute', math.max(1, redis.call('PTTL', KEYS[3]))}
  end
  for place, limit in ipairs(call.limits) do
    if used_of(limit, 3) + call.amounts[limit.count] > limit.most then
      return {'limit', place}
    end
  end
  redis.call('SET', KEYS[2], 1, 'EX', call.event_lifetime)
  if call.per_minute > 0 then
    redis.call('SET', KEYS[3], 0, 'EX', 60, 'NX')
    redis.call('INCR', KEYS[3])
  end
end

for place = 4, #KEYS do
  add(KEYS[place], call.day, call.amounts, call.lifetime)
end
redis.call('SET', KEYS[1], cjson.encode(call.amounts), 'EX', call.event_lifetime)
return {}
