-- Who holds a ticket is what Redis itself keeps: its consumer and how often it was delivered.
-- A worker that was paused and overtaken still has its name, but no longer the count.
-- 0: not this consumer's.
local function deliveries(stream, ticket, consumer)
  local pending = redis.pcall('XPENDING', stream, 'w', ticket, ticket, 1)
  if pending.err or not pending[1] or pending[1][2] ~= consumer then
    return 0
  end
  return pending[1][4]
end

-- A ticket exists exactly as long as the mailbox is not empty: every script that takes a ticket away passes here.
-- The new one goes to the end of the stream, so that a chat with much mail lets the others go first.
local function renew_ticket(stream, ticket, mailbox, lane)
  redis.call('XACK', stream, 'w', ticket)
  redis.call('XDEL', stream, ticket)
  if redis.call('LLEN', mailbox) > 0 then
    redis.call('XADD', stream, '*', 'c', lane)
  end
end
