-- KEYS: for each limit its log (a list of times in microseconds, oldest first) or its bucket (the time in microseconds
-- at which it is full again), its pause, and the log of the person who shares it fairly with others, else its first key.
-- ARGV: for each limit the number of usable calls, its window in microseconds (of a bucket: until a call is regained),
-- and the size of a bucket, 0 for a log.
-- Microseconds until it is worth asking again, and which limit (from 1) lasts so long; nothing is counted then.
-- 0: granted, and counted by every limit.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local wait, longest = 0, 0

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

local function wait_for_log(log, own, usable, window)
  local surplus = count(log, window) - usable
  if own ~= log then
    -- Each of the person's own calls that leaves the window makes room twice.
    surplus = math.max(surplus, math.floor((surplus + count(own, window)) / 2))
  end
  if surplus < 0 then
    return 0
  end
  return (tonumber(redis.call('LINDEX', log, surplus)) or now) + window - now
end

-- The time at which a bucket is full again; a time that it cannot have, since the clock was set back, is forgotten.
local function full_at(bucket, size, window)
  local at = tonumber(redis.call('GET', bucket) or now) or now
  return at > now + size * window and now or math.max(at, now)
end

for i = 1, #KEYS / 3 do
  local key, pause, own = KEYS[3 * i - 2], KEYS[3 * i - 1], KEYS[3 * i]
  local usable, window, size = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local own_wait = redis.call('PTTL', pause) * 1000
  if size > 0 then
    own_wait = math.max(own_wait, full_at(key, size, window) - (usable - 1) * window - now)
  else
    own_wait = math.max(own_wait, wait_for_log(key, own, usable, window))
  end
  if own_wait > wait then
    wait, longest = own_wait, i
  end
end

if wait > 0 then
  return {wait, longest}
end
-- Redis does not refuse a script for lack of memory once it has written; a removal is never refused.
redis.call('DEL', KEYS[1] .. ':none')
for i = 1, #KEYS / 3 do
  local key, own, window, size = KEYS[3 * i - 2], KEYS[3 * i], tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  if size > 0 then
    local full = full_at(key, size, window) + window
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
  else
    for _, log in ipairs(own == key and {key} or {key, own}) do
      redis.call('RPUSH', log, string.format('%.0f', now))
      redis.call('PEXPIRE', log, math.ceil(window / 1000))
    end
  end
end
return {0, 0}
