-- KEYS: stream. ARGV: shares.
-- Takes shares back from lanes that have left without giving them back, and lets waiting lanes have what is free.
use_reserve()
local freed = {}
for _, share in ipairs(ARGV) do
  local holders = PREFIX .. 's:' .. share
  for _, lane in ipairs(redis.call('SMEMBERS', holders)) do
    local record = read_record(lane)
    if not record or (record.person ~= share and record.chat ~= share) then
      redis.call('SREM', holders, lane)
    end
  end
  freed[#freed + 1] = share
end
wake(freed)
return 0
