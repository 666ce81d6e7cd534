-- KEYS: key. ARGV: commands on this key, each as the number of its words and the words. Returns the last one's answer.
-- Redis (6.2 and 7) does not refuse a script for lack of memory once it has written; a removal is never refused.
redis.call('DEL', KEYS[1] .. ':none')
local answer
local i = 1
while ARGV[i] do
  local count = tonumber(ARGV[i])
  answer = redis.call(unpack(ARGV, i + 1, i + count))
  i = i + count + 1
end
return answer
