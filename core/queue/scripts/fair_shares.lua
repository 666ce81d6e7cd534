-- Fair shares of the stream. KEYS[1] is always the stream `{qN}:t`; the other keys here belong to the same shard. The
-- numbers are those of `waiting_limits.py`.
--
-- A lane with mail is *ready*, with one entry in the stream, or it *waits* for a share. The share of a person, and that
-- of a chat, is the number of lanes that may be ready for them at a time. The sender of the lane's first message
-- counts. A lane takes its person's share first and keeps it while it waits for the chat's, so that one person has only
-- a few lanes among those that wait for a chat.
local MAX_READY_LANES = {u = MAX_READY_LANES_OF_A_PERSON, c = MAX_READY_LANES_OF_A_CHAT}

local PREFIX = string.sub(KEYS[1], 1, -2)
local LANES = PREFIX .. 'lanes' -- HASH lane -> place, person's share, chat's share, SHA-1 of the first message

-- Redis does not refuse a script for lack of memory once it has written; a removal is never refused.
local function use_reserve()
  redis.call('DEL', PREFIX .. 'none')
end

-- nil when there is none, or when another program has written there.
local function read_record(lane)
  local packed = redis.call('HGET', LANES, lane) or ''
  local place, person, chat, digest = string.match(packed, '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)$')
  return place and {place = place, person = person, chat = chat, digest = digest}
end

local function write_record(lane, record)
  local packed = {record.place, record.person, record.chat, record.digest}
  redis.call('HSET', LANES, lane, table.concat(packed, '\n'))
end

-- The place of a lane is the id of its entry, or the name of the share that it waits for.
local function is_ready(record)
  return string.match(record.place, '^%d+%-%d+$') and #redis.call('XRANGE', KEYS[1], record.place, record.place) > 0
end

local function is_waiting(record, lane)
  return redis.call('ZSCORE', PREFIX .. 'p:' .. record.place, lane)
end

local function read_shares(lane, mail)
  local packed = redis.call('HGET', PREFIX .. 'o:' .. lane, string.match(mail, '^[^\n]*'))
  local person, chat = string.match(packed or '', '^([^\n]*)\n([^\n]*)$')
  return person or '', chat or ''
end

local function has_room(share)
  return redis.call('SCARD', PREFIX .. 's:' .. share) < MAX_READY_LANES[string.sub(share, 1, 1)]
end

local function take_share(share, lane)
  local holders = PREFIX .. 's:' .. share
  if share == '' or redis.call('SISMEMBER', holders, lane) == 1 then
    return true
  end
  return has_room(share) and redis.call('SADD', holders, lane) == 1
end

-- Adds the shares that the lane gives back to `freed`.
local function leave(lane, freed)
  local record = read_record(lane)
  redis.call('HDEL', LANES, lane)
  if not record then
    return
  end
  redis.call('ZREM', PREFIX .. 'p:' .. record.place, lane)
  for _, share in ipairs({record.person, record.chat}) do
    if share ~= '' and redis.call('SREM', PREFIX .. 's:' .. share, lane) == 1 then
      freed[#freed + 1] = share
    end
  end
end

-- Makes a lane ready that has no entry, or lets it wait; a lane without mail leaves.
local function admit(lane, freed)
  local mail = redis.pcall('LINDEX', PREFIX .. 'm:' .. lane, 0) -- an error when another program has written there
  mail = type(mail) == 'string' and mail
  local person, chat = '', ''
  if mail then
    person, chat = read_shares(lane, mail)
  end
  local before = read_record(lane)
  if before and (not mail or before.person ~= person or before.chat ~= chat) then
    leave(lane, freed)
  end
  if not mail then
    redis.call('DEL', PREFIX .. 'o:' .. lane)
    return
  end
  local place
  if not take_share(person, lane) then
    place = person
  elseif not take_share(chat, lane) then
    place = chat
  end
  if place then
    local time = redis.call('TIME')
    redis.call('ZADD', PREFIX .. 'p:' .. place, time[1] .. string.format('%06d', time[2]), lane)
  else
    place = redis.call('XADD', KEYS[1], '*', 'c', lane)
  end
  write_record(lane, {place = place, person = person, chat = chat, digest = redis.sha1hex(mail)})
end

-- Takes up an entry that exists, whatever shares its lane has: an older version makes entries without asking.
local function adopt(lane, entry, mail, freed)
  leave(lane, freed)
  local person, chat = read_shares(lane, mail)
  for _, share in ipairs({person, chat}) do
    if share ~= '' then
      redis.call('SADD', PREFIX .. 's:' .. share, lane)
    end
  end
  write_record(lane, {place = entry, person = person, chat = chat, digest = redis.sha1hex(mail)})
end

-- Lets the lanes that wait for these shares go on, the longest waiting first.
local function wake(freed)
  while #freed > 0 do
    local share = table.remove(freed)
    while has_room(share) do
      local lane = redis.call('ZPOPMIN', PREFIX .. 'p:' .. share)[1]
      if not lane then
        break
      end
      local record = read_record(lane)
      if record and record.place == share then
        admit(lane, freed)
      end
    end
  end
end

-- What waits of a person or chat is a HASH lane and event -> bytes; the field '' holds the sum.
local function add_bytes(waiting, bytes)
  local sum = tonumber(redis.call('HGET', waiting, '') or 0) or 0 -- another program may have written there
  redis.call('HSET', waiting, '', string.format('%d', math.max(0, sum + bytes)))
end

local function count_mail(share, lane, event, bytes)
  local waiting = PREFIX .. 'w:' .. share
  if share == '' then
    return
  end
  redis.call('HSET', waiting, lane .. '\n' .. event, bytes)
  add_bytes(waiting, bytes)
end

local function uncount_mail(share, lane, event)
  local waiting, field = PREFIX .. 'w:' .. share, lane .. '\n' .. event
  local bytes = redis.call('HGET', waiting, field)
  if bytes then
    redis.call('HDEL', waiting, field)
    add_bytes(waiting, -(tonumber(bytes) or 0))
    if redis.call('HLEN', waiting) == 1 then
      redis.call('DEL', waiting)
    end
  end
end

local function forget_mail(lane, mail)
  local event = string.match(mail, '^[^\n]*')
  local person, chat = read_shares(lane, mail)
  redis.call('HDEL', PREFIX .. 'o:' .. lane, event)
  uncount_mail(person, lane, event)
  uncount_mail(chat, lane, event)
end
