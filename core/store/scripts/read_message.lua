-- The fields of a stored message; none when it is missing or no message, as after another program has written there.
local function read_message(packed)
  local parsed, message = pcall(cjson.decode, packed or '')
  return parsed and type(message) == 'table' and message or {}
end
