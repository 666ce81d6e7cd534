-- KEYS: stream, then mailboxes. ARGV: the lane of each mailbox.
-- Gives a ticket to each lane that has mail and none: the store may have evicted or trimmed the stream.
-- The number of tickets that were missing.
local ticketed = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  ticketed[entry[2][2]] = true
end
local missing = 0
for i = 2, #KEYS do
  local mails = redis.pcall('LLEN', KEYS[i]) -- an error when somebody else has written there
  if not ticketed[ARGV[i - 1]] and type(mails) == 'number' and mails > 0 then
    redis.call('XADD', KEYS[1], '*', 'c', ARGV[i - 1])
    missing = missing + 1
  end
end
return missing
