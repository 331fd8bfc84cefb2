-- three decisions for people who were not seen before, then an event about the last of them
local n = 0
local round = os.getenv("BENCH_ROUND")
local headers = { ["X-Api-Key"] = os.getenv("BENCH_KEY"), ["Content-Type"] = "application/json" }

request = function()
  n = n + 1
  if n % 4 == 0 then
    local body = '{"events":[{"type":"signal","id":"' .. round .. "-" .. n .. '","name":"Order Completed","person":{"userId":"'
      .. round .. "-" .. (n - 1) .. '"}}]}'
    return wrk.format("POST", "/v1/events", headers, body)
  end
  local path = "/v1/braze/decide?programme=welcome&user=" .. round .. "-" .. n .. "&send=s1&campaign=c1"
  return wrk.format("GET", path, headers)
end
