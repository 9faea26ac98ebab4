-- Asks for the addresses of a file one after the other, and prints what came of it as JSON.
-- Each line of the file: an address, a tab, an entity tag or nothing.
local requests = {}
local place = 0

function init(arguments)
  local cookie = arguments[2]
  for line in io.lines(arguments[1]) do
    local address, tag = line:match("^(.-)\t(.*)$")
    local headers = {}
    if tag ~= "" then headers["If-None-Match"] = tag end
    if cookie and cookie ~= "" then headers["Cookie"] = cookie end
    requests[#requests + 1] = wrk.format("GET", address, headers)
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function done(summary, latency, _)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "failed": %d, "p50": %.0f, "p95": %.0f}\n',
    summary.requests, summary.duration,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50), latency:percentile(95)))
end
