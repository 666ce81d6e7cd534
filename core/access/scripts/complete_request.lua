-- Replace a request, unless it was decided or withdrawn meanwhile.
-- KEYS: requests. ARGV: subject, the request.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
end
return 0
