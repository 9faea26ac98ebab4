-- Posts the forms of a file, each once, and prints how many became orders as JSON.
-- Each line of the file: a cookie, a tab, the body of the form.
local address = "/checkout/payment/"
local forms = {}
local threads = {}
local place = 0
ordered, failed, example = 0, 0, ""

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  for line in io.lines(arguments[1]) do
    local cookie, body = line:match("^(.-)\t(.*)$")
    local headers = { Cookie = cookie, ["Content-Type"] = "application/x-www-form-urlencoded" }
    forms[#forms + 1] = wrk.format("POST", address, headers, body)
  end
end

function request()
  place = place + 1
  -- When all have ordered, the last form again counts as failed: more shoppers were needed.
  return forms[math.min(place, #forms)]
end

function response(status, headers, _)
  local to = headers["Location"] or ""
  if status == 302 and to:find("/demo-payment/", 1, true) and place < #forms then
    ordered = ordered + 1
  else
    failed = failed + 1
    example = status .. " " .. to
  end
end

function done(summary, _, _)
  local thread = threads[1]
  local errors = summary.errors
  io.write(string.format(
    '\n{"ordered": %d, "failed": %d, "example": "%s", "microseconds": %d}\n',
    thread:get("ordered"),
    thread:get("failed") + errors.connect + errors.read + errors.write + errors.timeout,
    thread:get("example"), summary.duration))
end
