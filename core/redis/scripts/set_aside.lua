-- KEYS: keys that share a hash tag. ARGV: the type that each key should have.
-- Renames each key that has another type, and keeps it for a while. Returns the names of the renamed keys.
local renamed = {}
for i, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'none' and kind ~= ARGV[i] then
    local aside = 'wrong-type:' .. key
    redis.call('RENAME', key, aside)
    redis.call('EXPIRE', aside, SECONDS_ASIDE)
    renamed[#renamed + 1] = key
  end
end
return renamed
