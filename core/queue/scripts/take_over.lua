-- KEYS: stream. ARGV: consumer, the most entries, milliseconds that count instead of each owner's lease or "".
-- Delivers entries to the consumer whose owners were silent for too long. Returns the entries, each before its lane.
local taken, start = {}, '-'
local least = ARGV[3] ~= '' and tonumber(ARGV[3]) or owner_lease(ARGV[1])
repeat
  local page = redis.call('XPENDING', KEYS[1], 'w', 'IDLE', least, start, '+', 100)
  for _, pending in ipairs(page) do
    local entry, owner, idle = pending[1], pending[2], pending[3]
    start = '(' .. entry
    if #taken < 2 * tonumber(ARGV[2]) and (ARGV[3] ~= '' or idle >= owner_lease(owner)) then
      local claimed = redis.call('XCLAIM', KEYS[1], 'w', ARGV[1], 0, entry)[1]
      if claimed and claimed[2] then -- else it was removed meanwhile
        taken[#taken + 1] = entry
        taken[#taken + 1] = claimed[2][2]
      else
        redis.call('XACK', KEYS[1], 'w', entry)
      end
    end
  end
until #page < 100 or #taken >= 2 * tonumber(ARGV[2])
return taken
