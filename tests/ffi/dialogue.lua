-- What the tests in LuaJIT share: results, and the dialogues that all languages play.

local dialogue = {}

-- languages.py makes TAP of it.
function dialogue.check(holds, name, why)
    print((holds and "ok" or "not ok") .. " - " .. name)
    if not holds then
        print(tostring(why))
    end
end

-- { { who = "S", octets = ... }, ... }: who says what, as long as the same one speaks.
function dialogue.read(name)
    local turns = {}
    for line in io.lines(name) do
        local who, octets = line:sub(1, 1), line:sub(4) .. "\r\n"
        local last = turns[#turns]
        if last and last.who == who then
            last.octets = last.octets .. octets
        else
            turns[#turns + 1] = { who = who, octets = octets }
        end
    end
    return turns
end

function dialogue.said_by(who, turns)
    local said = ""
    for _, turn in ipairs(turns) do
        said = said .. (turn.who == who and turn.octets or "")
    end
    return said
end

-- The octets in pieces of `step`; 0: whole.
function dialogue.pieces(octets, step)
    local found = {}
    step = step > 0 and step or #octets
    for start = 1, #octets, step do
        found[#found + 1] = octets:sub(start, start + step - 1)
    end
    return found
end

return dialogue
