-- every request is for a person who was not seen before
local person = 0
local round = os.getenv("BENCH_ROUND")
local headers = { ["X-Api-Key"] = os.getenv("BENCH_KEY") }

request = function()
  person = person + 1
  local path = "/v1/braze/decide?programme=welcome&user=" .. round .. "-" .. person .. "&send=s1&campaign=c1"
  return wrk.format("GET", path, headers)
end
