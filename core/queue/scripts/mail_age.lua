-- The milliseconds since a message of a lane was stored; -1 when the lane does not remember it.
local function mail_age(lane, mail)
  local stored = redis.pcall('ZSCORE', PREFIX .. 'd:' .. lane, string.match(mail, '^[^\n]*'))
  if type(stored) ~= 'string' then
    return -1
  end
  local time = redis.call('TIME')
  return math.max(0, math.floor(time[1] * 1000 + time[2] / 1000 - stored / 1000))
end
