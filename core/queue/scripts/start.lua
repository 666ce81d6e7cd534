-- KEYS: stream, mailbox, state. ARGV: entry, consumer, lane.
-- {deliveries, head of the mailbox, its age in milliseconds, state as a flat list, length of the mailbox}; {0}: not ours, or nothing to do.
local entry, lane = ARGV[1], ARGV[3]
local count = deliveries(KEYS[1], entry, ARGV[2])
if count == 0 then
  return {0}
end
local record = read_record(lane)
if record and record.place ~= entry and is_ready(record) then
  remove_entry(KEYS[1], entry) -- the lane has another one: an older version takes a lane that waits for a lost one
  return {0}
end
local head = redis.call('LINDEX', KEYS[2], 0)
local freed = {}
if not head then
  remove_entry(KEYS[1], entry)
  admit(lane, freed)
  wake(freed)
  return {0}
end
if not record or record.place ~= entry then
  use_reserve()
  adopt(lane, entry, head, freed)
  wake(freed)
elseif record.digest ~= redis.sha1hex(head) then
  -- The store lost the mailbox while its head was worked on. State and count are not those of the new head.
  redis.call('DEL', KEYS[3])
  leave(lane, freed)
  replace_entry(lane, entry)
  wake(freed)
  return {0}
end
return {count, head, mail_age(lane, head), redis.call('HGETALL', KEYS[3]), redis.call('LLEN', KEYS[2])}
