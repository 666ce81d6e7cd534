-- KEYS: stream. ARGV: lanes.
-- Makes each lane that has mail either ready or waiting, and lets those without mail and entry give their shares back:
-- the store may have lost keys, and an older version knows no shares. Returns the number of lanes that had stopped.
use_reserve()
local entries = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
  entries[entry[2][2]] = entry[1]
end
local stopped, freed = 0, {}
for _, lane in ipairs(ARGV) do
  local mail = redis.pcall('LINDEX', PREFIX .. 'm:' .. lane, 0) -- an error when another program has written there
  local record = read_record(lane)
  mail = type(mail) == 'string' and mail
  if entries[lane] then
    if not record or record.place ~= entries[lane] then
      adopt(lane, entries[lane], mail or '', freed)
    end
  elseif not mail or not record or not is_waiting(record, lane) then
    stopped = stopped + (mail and 1 or 0)
    leave(lane, freed)
    admit(lane, freed)
  end
end
wake(freed)
return stopped
