-- KEYS: stream. ARGV: consumer.
-- Forgets a consumer that holds nothing. In one step with the look: deleting one that holds a ticket loses the ticket.
if #redis.call('XPENDING', KEYS[1], 'w', '-', '+', 1, ARGV[1]) > 0 then
  return 0
end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'w', ARGV[1])
return 1
