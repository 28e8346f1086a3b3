-- LuaJIT drives the client engine: pulled, and through callbacks, some of which raise.
package.path = "?.lua;../../examples/ffi/?.lua;" .. package.path

local sansmtp = require("sansmtp")
local dialogue = require("dialogue")

local check, n = dialogue.check, sansmtp.numbers
local TURNS = dialogue.read("client.txt")
local CLIENT = dialogue.said_by("C", TURNS)
local FATES = "0 250 2001005 Recipient ok|1 550 5001001 No such\nuser here|2 250 0 Recipient ok"
local OUTCOME = n.SANSMTP_OUTCOME_DELIVERED .. " 250 queued as 4711 3 3 2"
local TROUBLE = {} -- what a bad callback raises

-- One message and what became of it. `on` are the callbacks; `bad` is one that raises.
local function new_letter(bad)
    local letter = { fates = {}, outcomes = {}, on = {} }
    local recipients = { "bob@mx.example", "eve@elsewhere.example", "joe@mx.example" }
    local pieces = { "Subject: hello\r\n\r\n.one", " dot\r\n..two dots\r\n" }
    local submitted = false
    local does = {}

    function does.ready(_, event)
        letter.largest = event.number
    end
    function does.sender()
    end
    function does.result(_, event)
        table.insert(letter.fates, ("%d %d %d %s"):format(event.recipient, event.code,
            event.enhanced, event.text))
    end
    function does.outcome(_, event)
        table.insert(letter.outcomes, ("%d %d %s %d %d %d"):format(event.reason, event.code,
            event.text, event.taken, event.answered, event.accepted))
    end
    function does.wants_message(client)
        if submitted then
            client:quit()
        else
            submitted = true
            client:submit("ada@client.example")
        end
    end
    function does.wants_recipient(client)
        if recipients[1] then
            client:recipient(table.remove(recipients, 1))
        else
            client:recipients_end()
        end
    end
    function does.wants_body(client)
        local piece = table.remove(pieces, 1)
        client:body(piece, not pieces[1])
    end
    for name, handler in pairs(does) do
        letter.on[name] = name ~= bad and handler or function() error(TROUBLE) end
    end
    return letter
end

local WANTS = { [n.SANSMTP_IDLE] = "wants_message", [n.SANSMTP_RECIPIENT] = "wants_recipient",
    [n.SANSMTP_BODY] = "wants_body" }

local function wanted(client)
    for number, name in pairs(WANTS) do
        if bit.band(client:wants(), number) ~= 0 then
            return name
        end
    end
end

-- One turn, pulled: all that the engine has to say and to ask.
local function pull(client, letter)
    local said = ""
    while true do
        local event = client:next()
        local name
        if event then
            name = event.name
        else
            name = wanted(client)
        end
        if name then
            local handler = letter.on[name]
            if handler then
                handler(client, event)
            end
        else
            collectgarbage() -- what is lent must be held
            local octets = client:take()
            if octets == "" then
                return said
            end
            said = said .. octets
        end
    end
end

-- One turn by run(), however often a callback raises.
local function call_back(client, letter)
    local said = ""
    while true do
        local good, problem = pcall(client.run, client, letter.on)
        if good then
            collectgarbage() -- what is lent must be held
            local octets = client:take()
            if octets == "" then
                return said
            end
            said = said .. octets
        elseif problem == TROUBLE then
            letter.raised = true
        else
            error(problem, 0)
        end
    end
end

-- The whole dialogue, `step` octets at a time (0: a turn at a time). The peer answers only what it
-- has heard: all that the client should have said by then.
local function converse(turn, letter, step)
    local client = sansmtp.client("client.example", { tls = n.SANSMTP_CLIENT_TLS_NONE })
    local said, due = turn(client, letter), ""
    for _, one in ipairs(TURNS) do
        if one.who == "C" then
            due = due .. one.octets
            if said ~= due then
                break
            end
        else
            for _, piece in ipairs(dialogue.pieces(one.octets, step)) do
                client:receive(piece)
                said = said .. turn(client, letter)
            end
        end
    end
    return client, said
end

local function check_whole(name, turn, step)
    local letter = new_letter()
    local client, said = converse(turn, letter, step)
    check(said == CLIENT, name .. ": says what it should", said)
    check(table.concat(letter.fates, "|") == FATES, name .. ": each recipient's fate",
        table.concat(letter.fates, "|"))
    check(table.concat(letter.outcomes, "|") == OUTCOME, name .. ": the outcome",
        table.concat(letter.outcomes, "|"))
    check(letter.largest == 1000, name .. ": what the peer offers", letter.largest)
    check(client:wants() == n.SANSMTP_CLOSE and client:error() == 0, name .. ": ends well")
end

-- A callback that raises ends the session; the message never ends.
local function check_raising()
    for _, bad in ipairs({ "ready", "wants_message", "wants_recipient", "wants_body", "sender",
        "result" }) do
        local letter = new_letter(bad)
        local client, said = converse(call_back, letter, 0)
        check(letter.raised and CLIENT:sub(1, #said) == said
            and not said:find("\r\n.\r\n", 1, true),
            bad .. " raises: the message never ends", said)
        check(client:wants() == n.SANSMTP_CLOSE, bad .. " raises: close", client:wants())
        local lost = table.concat(letter.outcomes, "|"):match("^(%d*)")
        local began = bad ~= "ready" and bad ~= "wants_message"
        check(#letter.outcomes == (began and 1 or 0)
            and lost == (began and tostring(n.SANSMTP_OUTCOME_LATER) or ""),
            bad .. " raises: never delivered", lost)
    end
end

-- LuaJIT unwinds through C: the callback never returns, the engine stays busy.
local function check_uncaught(bad)
    local client = sansmtp.client("client.example", { tls = n.SANSMTP_CLIENT_TLS_NONE })
    local letter = new_letter(bad)
    function client.at_border(self, handler)
        return function(_, event, _)
            handler(self, sansmtp.event_of(event))
        end
    end
    local said = ""
    for _, line in ipairs({ "220 mx", "250 mx", "250 ok", "250 ok", "250 ok", "250 ok",
        "354 go" }) do
        client:receive(line .. "\r\n")
        repeat
            local good = pcall(client.run, client, letter.on)
            local octets = good and client:take() or ""
            said = said .. octets
        until octets == ""
    end
    local _, problem = pcall(client.run, client, letter.on)
    check(problem and problem.number == n.SANSMTP_ERR_BUSY,
        "uncaught in " .. bad .. ": run is BUSY", tostring(problem))
    client:eof()
    for _ = 1, 10 do
        client:next()
        said = said .. client:take()
    end
    check(client:wants() == n.SANSMTP_CLOSE, "uncaught in " .. bad .. ": after eof it wants CLOSE",
        client:wants())
    check(not said:find("\r\n.\r\n", 1, true),
        "uncaught in " .. bad .. ": the message never ends", said)
    client:begin()
    check(client:next() == nil and client:wants() == n.SANSMTP_READ,
        "uncaught in " .. bad .. ": init begins anew", client:wants())
end

-- What the host may not say is an error, and nothing is sent.
local function check_refused()
    local client = sansmtp.client("client.example", { tls = n.SANSMTP_CLIENT_TLS_NONE })
    local letter = new_letter()
    letter.on.wants_message = nil
    call_back(client, letter)
    for _, line in ipairs({ "220 mx.example\r\n", "250 mx.example\r\n" }) do
        client:receive(line)
        call_back(client, letter)
    end
    local function refused(name, number, call, ...)
        local good, problem = pcall(call, client, ...)
        check(not good and problem.number == number, "refused: " .. name, tostring(problem))
    end
    refused("a sender with a line end", n.SANSMTP_ERR_TEXT, client.submit, "a\r\nb@c.example")
    refused("a body before its time", n.SANSMTP_ERR_STATE, client.body, "x", true)
    refused("8 bits to a peer of 7", n.SANSMTP_ERR_NEEDS_8BITMIME, client.submit, "a@b.example",
        { body = n.SANSMTP_BODY_8BITMIME })
    check(call_back(client, letter) == "", "refused: nothing is sent")
end

check_whole("pulled", pull, 0)
check_whole("pulled by octets", pull, 1)
check_whole("callbacks", call_back, 0)
check_whole("callbacks by octets", call_back, 1)
check_raising()
check_uncaught("result")
check_uncaught("wants_recipient")
check_uncaught("wants_body")
check_refused()
