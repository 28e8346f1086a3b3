-- sansmtp for LuaJIT: the border between the language and the library, and no more.
--
-- An engine is pulled: receive() octets of the peer, take events by next(), answer, write take()
-- out. Or it calls back: run() with a table that has a function for each event it cares for.

local ffi = require("ffi")
local abi = require("abi")

ffi.cdef(abi.cdef)

local library = ffi.load(os.getenv("SANSMTP_LIBRARY") or "libsansmtp.so.0")
local sansmtp = { numbers = abi.numbers, library = library }

local spans = { "text", "data", "path", "local", "domain", "route", "parameters_text" }
local plain = { "type", "verb", "flags", "reason", "domain_kind", "recipient", "code", "enhanced",
    "taken", "answered", "accepted", "parameters", "number" }

local function text_of(span)
    return span.length > 0 and ffi.string(span.data, span.length) or ""
end

-- An event with its spans copied, so that it may be kept; nil for none.
local function event_of(pointer)
    if pointer == nil then
        return nil
    end
    local event = { name = ffi.string(library.sansmtp_event_name(pointer.type)) }
    for _, name in ipairs(plain) do
        event[name] = tonumber(pointer[name])
    end
    for _, name in ipairs(spans) do
        event[name] = text_of(pointer[name])
    end
    return event
end

-- Text becomes a pointer and a length; `kept` keeps it alive.
local function fill(struct, values, kept)
    for name, value in pairs(values) do
        struct[name] = value
        if type(value) == "string" then
            struct[name .. "_length"] = #value
            kept[#kept + 1] = value
        end
    end
    return struct
end

sansmtp.event_of = event_of

local function sized(kind, values, kept)
    local struct = ffi.new(kind)
    struct.size = ffi.sizeof(kind)
    return fill(struct, values, kept)
end

-- The library refused a call, and nothing changed. error.number is one of SANSMTP_ERR_...
local function checked(result)
    if result < 0 then
        local name = ffi.string(library.sansmtp_error_name(result))
        error(setmetatable({ number = result }, { __tostring = function() return name end }), 0)
    end
    return result
end

-- What both engines have in common.

local engine = {}

local function new(class, role, options)
    local self = setmetatable({ role = role, kept = {} }, class)
    self.options = ffi.new("struct sansmtp_" .. role .. "_options")
    checked(self:native("options_init")(self.options, ffi.sizeof(self.options)))
    fill(self.options, options, self.kept)
    self.length = self:native("memory")(self.options)
    self.memory = ffi.new("uint8_t[?]", self.length)
    self:begin()
    return self
end

-- Begins anew, in the same memory.
function engine:begin()
    self.input = ffi.new("struct sansmtp_span")
    local pointer = ffi.new("struct sansmtp_" .. self.role .. " *[1]")
    checked(self:native("init")(pointer, self.memory, self.length, self.options))
    self.engine = pointer[0]
end

function engine:native(name)
    return library["sansmtp_" .. self.role .. "_" .. name]
end

function engine:call(name, ...)
    return checked(self:native(name)(self.engine, ...))
end

-- More octets of the peer, behind those that were not taken yet.
function engine:receive(octets)
    self.octets = text_of(self.input) .. octets -- lives as long as the span
    self.input.data = self.octets
    self.input.length = #self.octets
end

-- At most so many octets for the peer, which count as sent.
function engine:take(most)
    local length = ffi.new("size_t[1]")
    local output = self:native("output")(self.engine, length)
    local count = math.min(most or math.huge, tonumber(length[0]))
    local octets = count > 0 and ffi.string(output, count) or ""
    self:call("sent", count)
    return octets
end

function engine:next()
    return event_of(self:native("next")(self.engine, self.input))
end

function engine:wants()
    return self:native("wants")(self.engine)
end

function engine:error()
    return self:native("error")(self.engine)
end

function engine:eof()
    self:call("eof")
end

-- No error may pass through C, and none may be lost: after one nothing is accepted.
function engine:at_border(handler)
    return function(_, event, _)
        local good, problem = pcall(handler, self, event_of(event))
        if not good then
            self.raised = self.raised or { problem }
            self:fail()
        end
    end
end

-- Calls handlers.recipient(engine, event) and so on; a function that is not there is a NULL
-- callback. Returns the wants. The error of a handler is raised here, once C has returned.
function engine:run(handlers)
    local kept = {}
    local callbacks = sized("struct sansmtp_" .. self.role .. "_callbacks", {}, kept)
    local kind = "sansmtp_" .. self.role .. "_callback *"
    for name, handler in pairs(handlers) do
        kept[#kept + 1] = ffi.cast(kind, self:at_border(handler))
        callbacks[name] = kept[#kept]
    end
    self.raised = nil
    local good, wants = pcall(self:native("run"), self.engine, self.input, callbacks, nil)
    for _, callback in ipairs(kept) do
        callback:free()
    end
    if self.raised or not good then
        error(self.raised and self.raised[1] or wants, 0)
    end
    return checked(wants)
end
jit.off(engine.run) -- a call that calls back must not be compiled

-- The server.

local server = setmetatable({}, { __index = engine })
server.__index = server

function sansmtp.server(hostname, options)
    local all = { hostname = hostname }
    for name, value in pairs(options or {}) do
        all[name] = value
    end
    return new(server, "server", all)
end

function server:accept()
    self:call("accept")
end

function server:decline()
    self:call("decline")
end

function server:reply(code, enhanced, text)
    self:call("reply", code, enhanced or 0, text or "", #(text or ""))
end

function server:close()
    self:call("close")
end

-- The host is in trouble: no to the open question; if there is none, 421 and the end.
function server:fail()
    if self:native("fail")(self.engine) < 0 then
        self:close()
    end
end

-- The client.

local client = setmetatable({}, { __index = engine })
client.__index = client

function sansmtp.client(hello, options)
    local all = { hello = hello }
    for name, value in pairs(options or {}) do
        all[name] = value
    end
    return new(client, "client", all)
end

function client:submit(sender, envelope)
    local kept = {}
    local struct = sized("struct sansmtp_envelope", envelope or {}, kept)
    self:call("submit", fill(struct, { sender = sender }, kept))
end

function client:recipient(mailbox, recipient)
    local kept = {}
    local struct = sized("struct sansmtp_recipient", recipient or {}, kept)
    self:call("recipient", fill(struct, { mailbox = mailbox }, kept))
end

function client:recipients_end()
    self:call("recipients_end")
end

function client:body(octets, last)
    self:call("body", octets, #octets, last and 1 or 0)
    self.lent = octets -- borrowed until the next want BODY, or the outcome
end

function client:quit()
    self:call("quit")
end

function client:abort()
    self:call("abort")
end

-- The host is in trouble: the message never ends.
function client:fail()
    self:abort()
end

return sansmtp
