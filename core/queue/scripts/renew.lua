-- KEYS: stream, then the state of each ticket. ARGV: consumer, then ticket and deliveries of each.
-- Renews the leases that are still ours; for each ticket what checkpoint.lua answers.
-- Claiming without looking would let a worker that was paused steal its ticket back.
local answers = {}
for i = 2, #KEYS do
  local ticket, count = ARGV[2 * i - 2], tonumber(ARGV[2 * i - 1])
  if deliveries(KEYS[1], ticket, ARGV[1]) ~= count then
    answers[i - 1] = -1
  else
    redis.call('XCLAIM', KEYS[1], 'w', ARGV[1], 0, ticket, 'JUSTID')
    -- A state that is no hash must not cost the other lanes their leases.
    local asked = redis.pcall('HEXISTS', KEYS[i], '!stop')
    answers[i - 1] = type(asked) == 'number' and asked or 0
  end
end
return answers
