-- KEYS: stream, then mailboxes. ARGV: the lane of each mailbox.
-- Adds an entry for each lane that has messages and none: the store may have evicted or trimmed the stream.
-- Returns the number of entries that were missing.
local has_entry = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  has_entry[entry[2][2]] = true
end
local missing = 0
for i = 2, #KEYS do
  local length = redis.pcall('LLEN', KEYS[i]) -- an error when another program has written there
  if not has_entry[ARGV[i - 1]] and type(length) == 'number' and length > 0 then
    redis.call('XADD', KEYS[1], '*', 'c', ARGV[i - 1])
    missing = missing + 1
  end
end
return missing
