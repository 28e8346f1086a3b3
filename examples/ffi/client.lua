-- Sends a message, whose lines end in CRLF, over standard input and output. Pulled.
--
--     luajit client.lua MESSAGE FROM TO...

package.path = (arg[0]:match("^(.*/)") or "") .. "?.lua;" .. package.path

local bit = require("bit")
local sansmtp = require("sansmtp")
local stdio = require("stdio")

local n = sansmtp.numbers
local file = assert(io.open(arg[1], "rb"))
local octets = file:read("*a")
local recipients = { unpack(arg, 3) }
local given, outcome = 0, nil

local function tell(event)
    if event.type == n.SANSMTP_EVENT_RESULT then
        io.stderr:write(recipients[event.recipient + 1], " ", event.code, " ", event.text, "\n")
    elseif event.type == n.SANSMTP_EVENT_REFUSAL then
        io.stderr:write("refused: ", event.code, " ", event.text, "\n")
    elseif event.type == n.SANSMTP_EVENT_OUTCOME then
        outcome = event.reason
    end
end

local function wanted(client, name)
    return bit.band(client:wants(), n[name]) ~= 0
end

local function submit_or_quit(client)
    if outcome then
        client:quit()
    else
        client:submit(arg[2])
    end
end

local function next_recipient(client)
    given = given + 1
    if recipients[given] then
        client:recipient(recipients[given])
    else
        client:recipients_end()
    end
end

local function read(client)
    local came = stdio.read()
    if came then
        client:receive(came)
    else
        client:eof()
    end
end

local client = sansmtp.client("localhost", { tls = n.SANSMTP_CLIENT_TLS_NONE })
repeat
    local event = client:next()
    if event then
        tell(event)
    elseif wanted(client, "SANSMTP_WRITE") then
        stdio.write(client:take())
    elseif wanted(client, "SANSMTP_IDLE") then
        submit_or_quit(client)
    elseif wanted(client, "SANSMTP_RECIPIENT") then
        next_recipient(client)
    elseif wanted(client, "SANSMTP_BODY") then
        client:body(octets, true)
    elseif wanted(client, "SANSMTP_READ") then
        read(client)
    end
until not event and wanted(client, "SANSMTP_CLOSE") and not wanted(client, "SANSMTP_WRITE")
os.exit(outcome == n.SANSMTP_OUTCOME_DELIVERED and 0 or 69)
