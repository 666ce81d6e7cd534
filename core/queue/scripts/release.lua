-- KEYS: stream, mailbox. ARGV: ticket, consumer, deliveries, lane.
-- Hands the lane over: a new ticket that anyone may have at once. 0: not ours, nothing changed.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return 0
end
renew_ticket(KEYS[1], ARGV[1], KEYS[2], ARGV[4])
return 1
