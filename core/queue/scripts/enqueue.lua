-- KEYS: stream, mailbox, seen.
-- ARGV: event id, envelope, lane, channel, person's share, chat's share, the limits of `QueueLimits` in their order,
-- portion of the reserve to keep free, seconds to remember the event, seconds until the sender is told something again.
-- 1: stored. -1: had been stored before. Refused and not remembered, so that a later try may succeed: -2: the mailbox
-- is full. -3: too much of its sender waits. -4: too much waits, or memory is short. -5: the sender was told just now.
local event, envelope, lane, person, chat = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6]
local max_mailbox, max_messages, max_bytes = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local max_lanes, max_seen = tonumber(ARGV[10]), tonumber(ARGV[11])

local function is_too_much()
  local waiting = PREFIX .. 'w:' .. person
  local bytes = redis.call('HGET', waiting, '')
  if not bytes then
    return false
  end
  return redis.call('HLEN', waiting) - 1 >= max_messages or (tonumber(bytes) or 0) + #envelope > max_bytes
end

-- An older version does not remove what it has finished.
local function forget_finished_mail()
  local sizes = redis.call('HGETALL', PREFIX .. 'w:' .. person)
  for i = 1, #sizes, 2 do
    local other, id = string.match(sizes[i], '^([^\n]*)\n(.*)$')
    if other and redis.call('EXISTS', PREFIX .. 'm:' .. other) == 0 then
      uncount_mail(person, other, id)
    end
  end
end

-- With another policy than noeviction the server makes room by itself.
local function has_memory(portion)
  local info = redis.pcall('INFO', 'memory')
  if type(info) ~= 'string' or not string.find(info, 'maxmemory_policy:noeviction', 1, true) then
    return true
  end
  local function read(name)
    return tonumber(string.match(info, '\n' .. name .. ':(%d+)')) or 0
  end
  local most = read('maxmemory')
  if most == 0 then
    most = 0.9 * read('total_system_memory')
  end
  local reserve = math.min(most / 8, 64 * 1024 * 1024)
  return most == 0 or most - read('used_memory') + read('mem_not_counted_for_evict') - #envelope > portion * reserve
end

if redis.call('ZSCORE', KEYS[3], event) then
  return -1
end
if redis.call('LLEN', KEYS[2]) >= max_mailbox then
  return -2
end
if person ~= '' and is_too_much() then
  forget_finished_mail()
  if is_too_much() then
    return -3
  end
end
if redis.call('HLEN', LANES) >= max_lanes or not has_memory(tonumber(ARGV[12])) then
  return -4
end
if ARGV[14] ~= '0' and not redis.call('SET', PREFIX .. 'told:' .. (person ~= '' and person or lane), 1, 'NX', 'EX', ARGV[14]) then
  return -5
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[3], time[1] .. string.format('%06d', time[2]), event)
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - max_seen)
redis.call('EXPIRE', KEYS[3], ARGV[13])
local length = redis.call('RPUSH', KEYS[2], envelope)
if length == 1 then
  redis.call('DEL', PREFIX .. 'o:' .. lane)
end
if person ~= '' or chat ~= '' then
  redis.call('HSET', PREFIX .. 'o:' .. lane, event, person .. '\n' .. chat)
end
if person ~= '' then
  count_mail(person, lane, event, #envelope)
end
if length > 1 then
  redis.call('PUBLISH', ARGV[4], lane) -- it may belong to the message that is being worked on
  return 1
end
local record = read_record(lane)
if not record or not (is_ready(record) or is_waiting(record, lane)) then -- else the store lost the mailbox alone
  local freed = {}
  leave(lane, freed)
  admit(lane, freed)
  wake(freed)
end
return 1
