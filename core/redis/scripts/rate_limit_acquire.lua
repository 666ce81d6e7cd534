-- KEYS: for each limit its log (a list of times in microseconds, oldest first) and its pause.
-- ARGV: for each limit the number of usable calls and its window in microseconds.
-- 0: granted and logged for every limit. Else microseconds until it is worth asking again; nothing is logged.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local wait = 0

for i = 1, #KEYS / 2 do
  local log, pause = KEYS[2 * i - 1], KEYS[2 * i]
  local usable, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local newest = redis.call('LINDEX', log, -1)
  if newest and (tonumber(newest) or math.huge) > now + window then
    redis.call('DEL', log) -- the clock was set back by more than a window, or the log is not ours
  end
  local oldest = tonumber(redis.call('LINDEX', log, 0))
  while oldest and oldest + window <= now do
    redis.call('LPOP', log)
    oldest = tonumber(redis.call('LINDEX', log, 0))
  end
  local surplus = redis.call('LLEN', log) - usable
  if surplus >= 0 then
    wait = math.max(wait, (tonumber(redis.call('LINDEX', log, surplus)) or now) + window - now)
  end
  wait = math.max(wait, redis.call('PTTL', pause) * 1000)
end

if wait > 0 then
  return wait
end
-- Redis does not refuse a script for lack of memory once it has written; a removal is never refused.
redis.call('DEL', KEYS[1] .. ':none')
for i = 1, #KEYS / 2 do
  redis.call('RPUSH', KEYS[2 * i - 1], string.format('%.0f', now))
  redis.call('PEXPIRE', KEYS[2 * i - 1], math.ceil(tonumber(ARGV[2 * i]) / 1000))
end
return 0
