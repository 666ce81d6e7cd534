-- KEYS: keys that share a hash tag. ARGV: the type that each should have.
-- Renames what has another type, and keeps it for 30 days. The names of the keys that were in the way.
local found = {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= ARGV[i] then
    local aside = 'wrong-type:' .. key
    redis.call('RENAME', key, aside)
    redis.call('EXPIRE', aside, 30 * 24 * 3600)
    found[#found + 1] = key
  end
end
return found
