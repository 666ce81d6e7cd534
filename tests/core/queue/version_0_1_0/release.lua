-- KEYS: stream, mailbox. ARGV: entry, consumer, deliveries, lane.
-- Replaces the entry by a new one that anyone may have at once. 0: the claim is void, nothing changed.
if deliveries(KEYS[1], ARGV[1], ARGV[2]) ~= tonumber(ARGV[3]) then
  return 0
end
replace_entry(KEYS[1], ARGV[1], KEYS[2], ARGV[4])
return 1
