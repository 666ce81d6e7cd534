-- KEYS: stream, mailbox. ARGV: lane, event.
-- Removes a message that waits behind the first one of its lane.
-- 1: removed. 0: it is the first one, which a worker may have begun. -1: it is not there.
for place, mail in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  if string.match(mail, '^[^\n]*') == ARGV[2] then
    if place == 1 then
      return 0
    end
    redis.call('LREM', KEYS[2], -1, mail)
    forget_mail(ARGV[1], mail)
    return 1
  end
end
return -1
