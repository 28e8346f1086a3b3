// What koffi makes of abi.js: layout_test.py reads it.
'use strict';

const koffi = require('koffi');
const abi = require('../../examples/ffi/abi.js');
const { types } = require('../../examples/ffi/sansmtp.js');

for (const [name, number] of Object.entries(abi.numbers)) {
    console.log(`${name} ${number}`);
}
for (const [name, members] of Object.entries(abi.structs)) {
    console.log(`${name} ${koffi.sizeof(types[name])}`);
    for (const [, field] of members) {
        console.log(`${name}.${field} ${koffi.offsetof(types[name], field)}`);
    }
}
