-- Gives a ready lane a new entry at the end of the stream, which anyone may have at once, with a new count.
local function replace_entry(lane, entry)
  remove_entry(KEYS[1], entry)
  local mail = redis.call('LINDEX', PREFIX .. 'm:' .. lane, 0)
  local freed = {}
  if not mail then
    admit(lane, freed)
  else
    local record = read_record(lane)
    local id = redis.call('XADD', KEYS[1], '*', 'c', lane)
    if record and record.place == entry then
      record.place = id
      write_record(lane, record)
    else
      adopt(lane, id, mail, freed)
    end
  end
  wake(freed)
end
