-- SPDX-License-Identifier: GPL-3.0-or-later
-- wrk: posts SOAP requests, one file each, in turn. Arguments: SOAPAction, files.
-- The last line that it prints is for a program: requests, microseconds, errors.
local requests, nth = {}, 0

function init(args)
    local headers = {
        ["Content-Type"] = "text/xml; charset=utf-8",
        ["SOAPAction"] = '"' .. args[1] .. '"',
    }
    for i = 2, #args do
        local file = assert(io.open(args[i], "rb"))
        requests[#requests + 1] = wrk.format("POST", nil, headers, file:read("*a"))
        file:close()
    end
end

function request()
    nth = nth % #requests + 1
    return requests[nth]
end

function done(summary, latency, _)
    local e = summary.errors
    print(string.format("RESULT %d %d %d %d", summary.requests, summary.duration,
        e.connect + e.read + e.write + e.timeout + e.status, latency:percentile(99)))
end
