-- Appends entries to a stream, unless the stream has lost what the caller has published before.
-- KEYS[1] stream; ARGV: milliseconds and sequence of the last entry the caller knows, most entries to keep, entries.
-- Returns {1, ids…}, or {0, last id} when the stream ends before that entry.
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
end
local dash = string.find(last, '-', 1, true)
local ms, seq = tonumber(string.sub(last, 1, dash - 1)), tonumber(string.sub(last, dash + 1))
local known_ms, known_seq = tonumber(ARGV[1]), tonumber(ARGV[2])
if ms < known_ms or (ms == known_ms and seq < known_seq) then
  return {0, last}
end
local reply = {1}
for i = 4, #ARGV do
  reply[#reply + 1] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'fact', ARGV[i])
end
return reply
