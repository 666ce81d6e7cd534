-- KEYS: mailbox, state. ARGV: channel, lane.
-- The flag is what counts; the message only makes its owner look at once. 0: the lane has no work.
if redis.call('LLEN', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[2], '!stop', 1)
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
