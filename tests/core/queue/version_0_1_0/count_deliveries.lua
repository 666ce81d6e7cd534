-- Redis itself records who owns an entry: its consumer, and how often it was delivered.
-- A worker that was paused and overtaken still has its name, but no longer the count.
-- 0: the entry is not this consumer's.
local function deliveries(stream, entry, consumer)
  local pending = redis.pcall('XPENDING', stream, 'w', entry, entry, 1)
  if pending.err or not pending[1] or pending[1][2] ~= consumer then
    return 0
  end
  return pending[1][4]
end

local function remove_entry(stream, entry)
  redis.call('XACK', stream, 'w', entry)
  redis.call('XDEL', stream, entry)
end

-- A lane has an entry exactly as long as its mailbox is not empty.
-- The new entry goes to the end of the stream, so that a lane with many messages lets the others go first.
local function replace_entry(stream, entry, mailbox, lane)
  remove_entry(stream, entry)
  if redis.call('LLEN', mailbox) > 0 then
    redis.call('XADD', stream, '*', 'c', lane)
  end
end
