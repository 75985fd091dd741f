-- The generic cell rate algorithm: a token bucket whose whole state is the moment at which it will be full again.
-- KEYS[1] that moment, in microseconds; ARGV: microseconds to fill an empty bucket, microseconds that this call costs.
-- Returns 0 when allowed, else the microseconds to wait.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + tonumber(ARGV[2])
local wait = full - tonumber(ARGV[1]) - now
if wait > 0 then
  return wait
end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return 0
