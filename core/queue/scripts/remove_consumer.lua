-- KEYS: stream. ARGV: consumer.
-- Removes a consumer that owns no entry. Checks and removes in one step: an entry would be lost with its consumer.
if #redis.call('XPENDING', KEYS[1], 'w', '-', '+', 1, ARGV[1]) > 0 then
  return 0
end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], 'w', ARGV[1])
return 1
