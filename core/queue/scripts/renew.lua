-- KEYS: stream, then the state of each lane. ARGV: consumer, then entry and deliveries of each claim.
-- Renews the leases of the claims that are still valid; for each claim the answer of checkpoint.lua.
-- XCLAIM without the check would let a worker that was paused take its entry back from its new owner.
local answers = {}
for i = 2, #KEYS do
  local entry, count = ARGV[2 * i - 2], tonumber(ARGV[2 * i - 1])
  if deliveries(KEYS[1], entry, ARGV[1]) ~= count then
    answers[i - 1] = -1
  else
    redis.call('XCLAIM', KEYS[1], 'w', ARGV[1], 0, entry, 'JUSTID')
    -- A state that is no hash must not cost the other lanes their leases.
    local stop = redis.pcall('HEXISTS', KEYS[i], '!stop')
    answers[i - 1] = type(stop) == 'number' and stop or 0
  end
end
return answers
