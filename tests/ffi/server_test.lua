-- LuaJIT drives the server engine: pulled, and through callbacks, some of which raise.
package.path = "?.lua;../../examples/ffi/?.lua;" .. package.path

local sansmtp = require("sansmtp")
local dialogue = require("dialogue")

local check, n = dialogue.check, sansmtp.numbers
local TURNS = dialogue.read("server.txt")
local SERVER = dialogue.said_by("S", TURNS)
local STORED = "Subject: by DATA\r\n\r\n.one dot\r\n..two dots\r\n|"
    .. "Subject: by BDAT\r\n\r\n.a dot\r\n"
local ACCEPTED = "250 2.0.0 Message accepted\r\n"
local TROUBLE = {} -- what a bad callback raises

-- One domain, messages in memory. `on` are the callbacks; `bad` is one that raises.
local function new_host(bad)
    local host = { stored = {}, raised = 0, on = {} }
    local coming = ""

    local function yes(server, event)
        if event.name == bad then
            error(TROUBLE)
        end
        server:accept()
    end

    for _, name in ipairs({ "connect", "hello", "data", "chunk" }) do
        host.on[name] = yes
    end
    function host.on.mail(server, event)
        coming = ""
        yes(server, event)
    end
    function host.on.recipient(server, event)
        if event.domain == "mx.example" then
            yes(server, event)
        else
            server:reply(550, 5001001, "No such user here")
        end
    end
    function host.on.body(_, event)
        if bad == "body" then
            error(TROUBLE)
        end
        coming = coming .. event.data
    end
    host.on["end"] = function(server, event)
        yes(server, event)
        table.insert(host.stored, coming)
    end
    return host
end

-- One turn, pulled: all that the engine has to say and to ask.
local function pull(server, host)
    local said = ""
    while true do
        local event = server:next()
        if event then
            local handler = host.on[event.name]
            if handler then
                handler(server, event)
            end
        else
            collectgarbage() -- what is lent must be held
            local octets = server:take()
            if octets == "" then
                return said
            end
            said = said .. octets
        end
    end
end

-- One turn by run(), however often a callback raises.
local function call_back(server, host)
    local said = ""
    while true do
        local good, problem = pcall(server.run, server, host.on)
        if good then
            collectgarbage() -- what is lent must be held
            local octets = server:take()
            if octets == "" then
                return said
            end
            said = said .. octets
        elseif problem == TROUBLE then
            host.raised = host.raised + 1
        else
            error(problem, 0)
        end
    end
end

-- The whole dialogue, `step` octets at a time (0: a turn at a time).
local function converse(turn, host, step)
    local server = sansmtp.server("mx.example")
    local said = turn(server, host)
    for _, one in ipairs(TURNS) do
        if one.who == "C" then
            for _, piece in ipairs(dialogue.pieces(one.octets, step)) do
                server:receive(piece)
                said = said .. turn(server, host)
            end
        end
    end
    return server, said
end

local function check_whole(name, turn, step)
    local host = new_host()
    local server, said = converse(turn, host, step)
    check(said == SERVER, name .. ": says what it should", said)
    check(table.concat(host.stored, "|") == STORED, name .. ": both messages, octet for octet",
        table.concat(host.stored, "|"))
    check(server:wants() == n.SANSMTP_CLOSE and server:error() == 0, name .. ": ends well")
end

-- A callback that raises: how many of the two messages may be accepted nevertheless.
local RAISING = { connect = 0, hello = 0, mail = 0, recipient = 0, data = 1, body = 0, chunk = 1,
    ["end"] = 0 }

local function check_raising()
    for bad, count in pairs(RAISING) do
        local host = new_host(bad)
        local _, said = converse(call_back, host, 0)
        local _, accepted = said:gsub(ACCEPTED, "")
        check(accepted == count and #host.stored == count and host.raised > 0,
            ("%s raises: %d accepted"):format(bad, count), said)
    end
end

-- To where END is asked, and maybe answered; what the server said.
local function until_end(server, turn)
    local said = turn()
    for _, line in ipairs({ "EHLO c", "MAIL FROM:<a@b.c>", "RCPT TO:<bob@mx.example>", "DATA",
        "x\r\n." }) do
        server:receive(line .. "\r\n")
        said = said .. turn()
    end
    return said
end

-- LuaJIT unwinds through C: the callback never returns. The engine stays busy, and takes and tells
-- nothing; only eof and init lead on.
local function check_uncaught(bad)
    local server, host = sansmtp.server("mx.example"), new_host(bad)
    local raised, dead = 0, false
    function server.at_border(self, handler)
        return function(_, event, _)
            handler(self, sansmtp.event_of(event))
        end
    end
    local function turn()
        if dead then
            return ""
        end
        local said = ""
        local good = pcall(function()
            repeat
                server:run(host.on)
                collectgarbage() -- what is lent must be held
                local octets = server:take()
                said = said .. octets
            until octets == ""
        end)
        dead = not good
        raised = raised + (good and 0 or 1)
        return said
    end
    local said = until_end(server, turn)
    check(raised == 1, "uncaught in " .. bad .. ": it comes out of run()", raised)
    local good, problem = pcall(server.run, server, host.on)
    check(not good and problem.number == n.SANSMTP_ERR_BUSY,
        "uncaught in " .. bad .. ": run is BUSY", tostring(problem))
    server:receive("NOOP\r\n")
    check(server:next() == nil and tonumber(server.input.length) >= 6,
        "uncaught in " .. bad .. ": next tells and takes nothing")
    server:eof()
    local wants
    for _ = 1, 10 do
        said = said .. server:take()
        server:next()
        wants = server:wants()
    end
    check(wants == n.SANSMTP_CLOSE, "uncaught in " .. bad .. ": after eof it wants CLOSE", wants)
    check(not said:find(ACCEPTED, 1, true) and #host.stored == 0,
        "uncaught in " .. bad .. ": nothing is accepted", said)
    server:begin()
    server.at_border = nil
    check(call_back(server, new_host()):find("^220 "),
        "uncaught in " .. bad .. ": init begins anew")
end

-- Silence leaves a question open; the answer comes by the same call, later.
local function check_late()
    local host, server = new_host(), sansmtp.server("mx.example")
    host.on["end"] = function() end
    local said = until_end(server, function() return call_back(server, host) end)
    check(server:wants() == n.SANSMTP_REPLY and not said:find(ACCEPTED, 1, true),
        "late: END is open")
    server:accept()
    check(call_back(server, host) == ACCEPTED, "late: and is answered")
end

-- What a callback may not do is refused, and changes nothing.
local function check_inside()
    local host, next_gave, number = new_host(), "nothing", nil
    function host.on.hello(server)
        next_gave = server:next()
        local _, problem = pcall(server.run, server, {})
        number = problem.number
        server:accept()
    end
    local _, said = converse(call_back, host, 0)
    check(next_gave == nil and number == n.SANSMTP_ERR_BUSY, "inside: no next, no run", number)
    check(said == SERVER, "inside: nothing has changed", said)
end

check_whole("pulled", pull, 0)
check_whole("pulled by octets", pull, 1)
check_whole("callbacks", call_back, 0)
check_whole("callbacks by octets", call_back, 1)
check_raising()
check_uncaught("end")
check_uncaught("body")
check_uncaught("recipient")
check_late()
check_inside()
