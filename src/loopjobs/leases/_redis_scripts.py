"""What Redis does in one step: a script for each verb. A job is one hash; nothing in it expires."""

from typing import Final

_ROW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function text(number) return string.format('%.0f', number) end

local words = {holder = true, server = true, last_outcome = true, last_error = true}

local function read(key)
  local row = {}
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do
    local name, value = flat[i], flat[i + 1]
    row[name] = words[name] and value or tonumber(value)
    if not row[name] then error(key .. ': ' .. name .. ' is no number') end
  end
  return row
end

local function write(key, fields)
  local flat = {}
  for name, value in pairs(fields) do
    flat[#flat + 1] = name
    flat[#flat + 1] = type(value) == 'number' and text(value) or value
  end
  redis.call('HSET', key, unpack(flat))
end

local function fact(section, name)
  -- Whoever may not ask is told nothing.
  local info = redis.pcall('INFO', section)
  return type(info) == 'string' and string.match(info, name .. ':(%w+)') or ''
end

local function is_held(row, holder, token)
  return row.holder == holder and row.token == tonumber(token)
end
"""
"""Moments and durations are whole microseconds: a number of Lua keeps them exactly until 2255."""

CLAIM: Final = (
    _ROW
    + """
local key, holder = KEYS[1], ARGV[1]
redis.call('HSETNX', KEYS[2], 'since', text(now))
local known_since = read(KEYS[2]).since
local interval, seconds = tonumber(ARGV[2]), tonumber(ARGV[3])
local is_by_hand, seen_token, seen_until = ARGV[4] == '1', ARGV[5], ARGV[6]
local slot_age, tolerance = tonumber(ARGV[7]), tonumber(ARGV[8])

local row = read(key)
local server = fact('server', 'run_id')
local is_new, is_changed = not row.server, row.server ~= server
if is_changed then
  row.grid_due, row.token, row.server = row.grid_due or now, row.token or 0, server
  -- A server that has begun anew, or is another one, may not know of a lease that was granted. One
  -- that writes everything down forgets what somebody flushes, and with it since when it knows us.
  local forgets_nothing = is_new and fact('persistence', 'aof_enabled') == '1'
  row.wait_until = (forgets_nothing and known_since or now) + seconds
end

local interval_before, token_before = row.interval, row.token
local function grid_due()
  if not slot_age then return row.grid_due + interval - (row.interval or interval) end
  local slot, last = now - slot_age, row.interval and row.grid_due - row.interval
  local is_had = last and slot - tolerance <= last and last <= now + tolerance
  return is_had and slot + interval or slot
end
local next_due = row.asked_due or grid_due()
local furthest = row.asked_due and row.asked_in or interval
local is_late = next_due <= now
local is_due = is_late or next_due > now + furthest
local is_paused = row.paused == 1
local is_held = row.holder and row.lease_until > now
local is_stale = is_held and seen_token == text(row.token) and seen_until == text(row.lease_until)
  and row.lease_seconds <= seconds
local lease_left = is_held and not is_stale and row.lease_until - now or 0
-- If the clock went back the wait is no longer for that.
local wait_left = math.min(row.wait_until - now, seconds)
local failures = text(row.failures or 0)
local grid = interval_before and text(interval_before) or ''
local grid_age = interval_before and text(now - row.grid_due + interval_before) or ''
local age = row.last_success and text(math.max(0, now - row.last_success)) or ''

if lease_left > 0 or wait_left > 0 or not (is_by_hand or (is_due and not is_paused)) then
  if is_changed or row.wait_until > now + seconds then
    row.wait_until = math.min(row.wait_until, now + seconds)
    write(key, row)
  end
  local left = math.max(is_held and row.lease_until - now or 0, wait_left)
  return {
    '0', text(next_due - now), left > 0 and text(left) or '', is_paused and '1' or '0',
    is_held and row.holder or '', is_held and text(row.token) or '',
    is_held and text(row.lease_until) or '', age, failures, grid, text(token_before),
    grid_age}
end

local is_takeover = row.holder and '1' or '0'
local overdue = math.max(0, now - next_due)
row.token = math.max(row.token + 1, now)
row.holder, row.lease_until, row.lease_seconds = holder, now + seconds, seconds
row.wait_until = 0
if is_due and not is_late and not is_by_hand then
  row.asked_due, row.grid_due, row.interval, is_late = nil, now, interval, true
end
if is_late and not is_paused then
  row.asked_due = nil
  local due = grid_due()
  if due <= now then
    row.grid_due = due + (math.floor((now - due) / interval) + 1) * interval
    row.interval = interval
  end
end
row.interval = row.interval or interval
if not row.asked_due then redis.call('HDEL', key, 'asked_due') end
write(key, row)
return {
  '1', text((row.asked_due or grid_due()) - now), text(row.token), text(overdue),
  is_takeover, age, failures, grid, text(token_before), grid_age}
"""
)

RENEW: Final = (
    _ROW
    + """
local held = {}
for i, key in ipairs(KEYS) do
  local holder, token, seconds = ARGV[3 * i - 2], ARGV[3 * i - 1], tonumber(ARGV[3 * i])
  local row = read(key)
  if is_held(row, holder, token) and row.lease_until > now then
    write(key, {lease_until = now + seconds, lease_seconds = seconds})
    held[#held + 1] = i - 1
  end
end
return held
"""
)

FINISH: Final = (
    _ROW
    + """
local key, holder, token, outcome, error, next_in, slot_age, gap = KEYS[1], unpack(ARGV)
local row = read(key)
if not is_held(row, holder, token) then return end
redis.call('HDEL', key, 'holder', 'lease_until', 'lease_seconds', 'last_error')
local ended = {last_outcome = outcome, last_error = error ~= '' and error or nil}
if outcome == 'succeeded' then
  ended.last_success, ended.failures = now, 0
elseif outcome == 'failed' or outcome == 'timed_out' then
  ended.failures = (row.failures or 0) + 1
end
if next_in ~= '' then
  ended.asked_due, ended.asked_in = now + tonumber(next_in), tonumber(next_in)
elseif slot_age ~= '' then
  local slot = now - tonumber(slot_age)
  if slot > row.grid_due - row.interval then
    ended.grid_due, ended.interval = slot + tonumber(gap), tonumber(gap)
  end
elseif row.grid_due < now then
  local steps = math.ceil((now - row.grid_due) / row.interval)
  ended.grid_due = row.grid_due + steps * row.interval
end
write(key, ended)
"""
)

SET_PAUSED: Final = (
    _ROW
    + """
redis.call('HSETNX', KEYS[1], 'grid_due', text(now))
write(KEYS[1], {paused = tonumber(ARGV[1])})
"""
)
