-- KEYS: stream, mailbox, seen.
-- ARGV: event id, envelope, lane, channel, person's share, chat's share, the limits of `QueueLimits` in their order,
-- portion of the reserve to keep free, seconds to remember the event, seconds until the sender is told something again.
-- 1: stored. -1: had been stored before. Refused and not remembered, so that a later try may succeed: -2: the mailbox
-- is full. -3: too much of its sender or chat waits. -4: too much waits, or memory is short. -5: the sender was told just now.
local event, envelope, lane, person, chat = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6]
local max_mailbox, max_lanes, max_seen = tonumber(ARGV[7]), tonumber(ARGV[12]), tonumber(ARGV[13])
local BOUNDS = { -- messages, bytes, and the part of the store that may wait of a person and of a chat
  [person] = {tonumber(ARGV[8]), tonumber(ARGV[9]), MAX_PART_OF_A_PERSON},
  [chat] = {tonumber(ARGV[10]), tonumber(ARGV[11]), MAX_PART_OF_A_CHAT},
}

-- The bytes that the store may use, and how many are free; with another policy than noeviction it makes room by itself.
local function read_memory()
  local info = redis.pcall('INFO', 'memory')
  if type(info) ~= 'string' or not string.find(info, 'maxmemory_policy:noeviction', 1, true) then
    return math.huge, math.huge
  end
  local function read(name)
    return tonumber(string.match(info, '\n' .. name .. ':(%d+)')) or 0
  end
  local most = read('maxmemory')
  if most == 0 then
    most = 0.9 * read('total_system_memory')
  end
  if most == 0 then
    return math.huge, math.huge
  end
  return most, most - read('used_memory') + read('mem_not_counted_for_evict') - #envelope
end

local function is_too_much(share, memory)
  local waiting = PREFIX .. 'w:' .. share
  local bytes = redis.call('HGET', waiting, '')
  if share == '' or not bytes then
    return false
  end
  local messages, max_bytes, part = unpack(BOUNDS[share])
  max_bytes = math.min(max_bytes, part * memory)
  return redis.call('HLEN', waiting) - 1 >= messages or (tonumber(bytes) or 0) + #envelope > max_bytes
end

-- An older version does not remove what it has finished.
local function forget_finished_mail(share)
  local sizes = redis.call('HGETALL', PREFIX .. 'w:' .. share)
  for i = 1, #sizes, 2 do
    local other, id = string.match(sizes[i], '^([^\n]*)\n(.*)$')
    if other and redis.call('EXISTS', PREFIX .. 'm:' .. other) == 0 then
      uncount_mail(share, other, id)
    end
  end
end

if redis.call('ZSCORE', KEYS[3], event) then
  return -1
end
if redis.call('LLEN', KEYS[2]) >= max_mailbox then
  return -2
end
local memory, free = read_memory()
for _, share in ipairs({person, chat}) do
  if is_too_much(share, memory) then
    forget_finished_mail(share)
    if is_too_much(share, memory) then
      return -3
    end
  end
end
local reserve = math.min(RESERVED_PART * memory, MAX_RESERVED_BYTES)
if redis.call('HLEN', LANES) >= max_lanes or free <= tonumber(ARGV[14]) * reserve then
  return -4
end
if ARGV[16] ~= '0' and not redis.call('SET', PREFIX .. 'told:' .. (person ~= '' and person or lane), 1, 'NX', 'EX', ARGV[16]) then
  return -5
end
local time = redis.call('TIME')
redis.call('ZADD', KEYS[3], time[1] .. string.format('%06d', time[2]), event)
redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -1 - max_seen)
redis.call('EXPIRE', KEYS[3], ARGV[15])
local length = redis.call('RPUSH', KEYS[2], envelope)
if length == 1 then
  redis.call('DEL', PREFIX .. 'o:' .. lane)
end
if person ~= '' or chat ~= '' then
  redis.call('HSET', PREFIX .. 'o:' .. lane, event, person .. '\n' .. chat)
end
for _, share in ipairs({person, chat}) do
  count_mail(share, lane, event, #envelope)
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
