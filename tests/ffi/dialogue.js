// What the tests in Node share: results, and the dialogues that all languages play.
'use strict';

const fs = require('fs');
const path = require('path');

// languages.py makes TAP of it.
function check(holds, name, why) {
    console.log(`${holds ? 'ok' : 'not ok'} - ${name}`);
    if (!holds) {
        console.log(typeof why === 'string' ? why : JSON.stringify(why));
    }
}

// [['S', octets], ['C', octets], ...]: who says what, as long as the same one speaks.
function dialogue(name) {
    const turns = [];
    const text = fs.readFileSync(path.join(__dirname, name), 'latin1');
    for (const line of text.trimEnd().split('\n')) {
        const who = line[0];
        const octets = line.slice(3) + '\r\n';
        if (turns.length && turns[turns.length - 1][0] === who) {
            turns[turns.length - 1][1] += octets;
        } else {
            turns.push([who, octets]);
        }
    }
    return turns;
}

function saidBy(who, turns) {
    return turns.filter(([speaker]) => speaker === who).map(([, octets]) => octets).join('');
}

// The octets in pieces of `step`; 0: whole.
function pieces(octets, step) {
    const found = [];
    for (let start = 0; start < octets.length; start += step || octets.length) {
        found.push(Buffer.from(octets.slice(start, start + (step || octets.length)), 'latin1'));
    }
    return found;
}

// Whatever nobody holds is gone now: what was lent to an engine must be held.
function collect() {
    global.gc({ type: 'minor' });
    collect.turns = (collect.turns || 0) + 1;
    if (collect.turns % 16 === 0) {
        global.gc();
    }
}

module.exports = { check, collect, dialogue, pieces, saidBy };
