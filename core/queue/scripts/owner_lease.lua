-- The milliseconds for which an owner may be silent. Its name says so; an older version's says nothing and means 15 s.
local function owner_lease(owner)
  return tonumber(string.match(owner, '~(%d+)$')) or 15000
end
