-- Standard input and output without buffers: a connection, as inetd or socat give it.

local ffi = require("ffi")

ffi.cdef([[
long read(int file, void *octets, size_t length);
long write(int file, const void *octets, size_t length);
int fsync(int file);
int fileno(void *stream);
int getpid(void);
]])

local stdio = {}
local buffer = ffi.new("uint8_t[65536]")

-- nil at the end.
function stdio.read()
    local length = ffi.C.read(0, buffer, ffi.sizeof(buffer))
    return length > 0 and ffi.string(buffer, length) or nil
end

function stdio.write(octets)
    while #octets > 0 do
        local done = tonumber(ffi.C.write(1, octets, #octets))
        if done <= 0 then
            error("cannot write", 0)
        end
        octets = octets:sub(done + 1)
    end
end

function stdio.process()
    return ffi.C.getpid()
end

-- A whole file, on the disk when this returns true.
function stdio.store(name, octets)
    local file = io.open(name, "wb")
    local good = file and file:write(octets) and file:flush()
    good = good and ffi.C.fsync(ffi.C.fileno(file)) == 0
    return file and file:close() and good
end

return stdio
