-- Takes mail on standard input and output, and stores each message as a file. By callbacks. Try
-- socat TCP-LISTEN:2525,bind=127.0.0.1,fork EXEC:"luajit server.lua DOMAIN FOLDER"
--
--     luajit server.lua DOMAIN FOLDER

package.path = (arg[0]:match("^(.*/)") or "") .. "?.lua;" .. package.path

local bit = require("bit")
local sansmtp = require("sansmtp")
local stdio = require("stdio")

local domain, folder = arg[1]:lower(), arg[2]
local n = sansmtp.numbers
local host, coming, stored = {}, {}, 0

function host.mail(server)
    coming = {}
    server:accept()
end

function host.recipient(server, event)
    if event.domain:lower() == domain then
        server:accept()
    else
        server:reply(550, 5001001, "No such user here")
    end
end

function host.body(_, event)
    table.insert(coming, event.data)
end

host["end"] = function(server)
    stored = stored + 1
    local name = ("%s/%d.%d.%d"):format(folder, os.time(), stdio.process(), stored)
    if stdio.store(name .. ".part", table.concat(coming)) and
        os.rename(name .. ".part", name .. ".eml") then
        server:accept() -- from here on the message is ours
    else
        server:fail()
    end
end

local server = sansmtp.server(domain)
while true do
    local wants = server:run(host)
    if bit.band(wants, n.SANSMTP_WRITE) ~= 0 then
        stdio.write(server:take())
    elseif bit.band(wants, n.SANSMTP_READ) ~= 0 then
        local octets = stdio.read()
        if octets then
            server:receive(octets)
        else
            server:eof()
        end
    else
        break
    end
end
