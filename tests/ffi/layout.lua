-- What LuaJIT makes of abi.lua: layout_test.py reads it.
package.path = "../../examples/ffi/?.lua;" .. package.path

local ffi = require("ffi")
local abi = require("abi")

ffi.cdef(abi.cdef)
for name, number in pairs(abi.numbers) do
    print(("%s %.0f"):format(name, number))
end
for name, members in abi.cdef:gmatch("struct (sansmtp_[%w_]+) (%b{})") do
    print(name .. " " .. ffi.sizeof("struct " .. name))
    for member in members:gmatch("([^;{]+);") do
        local field = member:match("%(%*([%w_]+)%)") or -- a function's address
            member:gsub("%[%d+%]", ""):match("([%w_]+)%s*$")
        print(("%s.%s %d"):format(name, field, ffi.offsetof("struct " .. name, field)))
    end
end
