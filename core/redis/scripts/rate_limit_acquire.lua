-- KEYS: for each limit its log (a list of times in microseconds, oldest first), its pause, and the log of the person
-- who shares it fairly with others, else its log again.
-- ARGV: for each limit the number of usable calls and its window in microseconds.
-- 0: granted and logged for every limit. Else microseconds until it is worth asking again; nothing is logged.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local wait = 0

-- Removes what the window has left, and counts the rest.
local function count(log, window)
  local newest = redis.call('LINDEX', log, -1)
  if newest and (tonumber(newest) or math.huge) > now + window then
    redis.call('DEL', log) -- the clock was set back by more than a window, or the log is not ours
  end
  local oldest = tonumber(redis.call('LINDEX', log, 0))
  while oldest and oldest + window <= now do
    redis.call('LPOP', log)
    oldest = tonumber(redis.call('LINDEX', log, 0))
  end
  return redis.call('LLEN', log)
end

for i = 1, #KEYS / 3 do
  local log, pause, own = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  local usable, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local surplus = count(log, window) - usable
  if own ~= log then
    -- Each of the person's own calls that leaves the window makes room twice.
    surplus = math.max(surplus, math.floor((surplus + count(own, window)) / 2))
  end
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
for i = 1, #KEYS / 3 do
  local log, own, expiry = KEYS[3 * i - 2], KEYS[3 * i], math.ceil(tonumber(ARGV[2 * i]) / 1000)
  for _, key in ipairs(own == log and {log} or {log, own}) do
    redis.call('RPUSH', key, string.format('%.0f', now))
    redis.call('PEXPIRE', key, expiry)
  end
end
return 0
