// sansmtp for Node: the border between the language and the library, and no more. Needs koffi.
//
// An engine is pulled: receive() octets of the peer, take events by next(), answer, write take()
// out. Or it calls back: run() with an object that has a method for each event it cares for.
'use strict';

const koffi = require('koffi');
const abi = require('./abi.js');

const library = koffi.load(process.env.SANSMTP_LIBRARY || 'libsansmtp.so.0');
const types = {};
const native = {};

for (const [name, members] of Object.entries(abi.structs)) {
    types[name] = koffi.struct(name, Object.fromEntries(members.map(
        ([type, field, count]) => [field, count ? koffi.array(type, count) : type])));
}
for (const [name, parameters] of Object.entries(abi.callbacks)) {
    types[name] = koffi.proto(name, 'void', parameters);
}
for (const [name, [result, parameters]] of Object.entries(abi.functions)) {
    native[name] = library.func(name, result, parameters);
}

// The library refused a call, and nothing changed. number is one of abi.numbers.SANSMTP_ERR_...
class SmtpError extends Error {
    constructor(number) {
        super(native.sansmtp_error_name(number));
        this.number = number;
    }
}

// Memory that stays where it is as long as somebody holds the Buffer.
function memory(length) {
    return Buffer.from(new ArrayBuffer(length));
}

function octetsOf(value) {
    const octets = Buffer.from(value);
    const still = memory(octets.length);
    octets.copy(still);
    return still;
}

// The octets at an address, copied.
function copyOf(address, length) {
    const there = length ? koffi.view(address, Number(length)) : 0;
    return Buffer.from(new Uint8Array(there));
}

// A struct in memory of its own, with all that it points to: text becomes a pointer and a length.
function struct(name, values, buffer = memory(koffi.sizeof(types[name]))) {
    const now = koffi.decode(koffi.address(buffer), types[name]);
    buffer.kept = [];
    for (const [field, value] of Object.entries(values)) {
        if (typeof value === 'string' || Buffer.isBuffer(value)) {
            const text = octetsOf(value);
            buffer.kept.push(text);
            now[field] = text.length ? koffi.address(text) : null;
            now[`${field}_length`] = text.length;
        } else {
            now[field] = value;
        }
    }
    koffi.encode(koffi.address(buffer), types[name], now);
    return buffer;
}

function sized(name, values) {
    return struct(name, { size: koffi.sizeof(types[name]), ...values });
}

// An event with its spans copied, so that it may be kept; null for none.
function eventOf(address) {
    if (!address) {
        return null;
    }
    const event = koffi.decode(address, types.sansmtp_event);
    for (const [type, field] of abi.structs.sansmtp_event) {
        if (type === 'sansmtp_span') {
            event[field] = copyOf(event[field].data, event[field].length);
        }
    }
    event.name = native.sansmtp_event_name(event.type);
    return event;
}

// What both engines have in common. role: "server" or "client".
class Engine {
    constructor(role, options) {
        this.role = role;
        this.options = memory(koffi.sizeof(types[`sansmtp_${role}_options`]));
        this.checked('options_init', this.options, this.options.length);
        struct(`sansmtp_${role}_options`, options, this.options);
        this.memory = memory(this.native('memory')(this.options) || 1);
        this.begin();
    }

    // Begins anew, in the same memory.
    begin() {
        this.input = memory(koffi.sizeof(types.sansmtp_span));
        this.octets = null;
        const engine = memory(koffi.sizeof('void *'));
        this.checked('init', engine, this.memory, this.memory.length, this.options);
        this.engine = koffi.decode(koffi.address(engine), 'void *');
    }

    native(name) {
        return native[`sansmtp_${this.role}_${name}`];
    }

    // What the library returns is an error of ours, or good.
    checked(name, ...values) {
        const result = this.native(name)(...values);
        if (result < 0) {
            throw new SmtpError(result);
        }
        return result;
    }

    call(name, ...values) {
        return this.checked(name, this.engine, ...values);
    }

    // --- octets

    // More octets of the peer, behind those that were not taken yet.
    receive(octets) {
        const { data, length } = koffi.decode(koffi.address(this.input), types.sansmtp_span);
        this.octets = octetsOf(Buffer.concat([copyOf(data, length), octets]));
        struct('sansmtp_span', {
            data: this.octets.length ? koffi.address(this.octets) : null,
            length: this.octets.length,
        }, this.input);
    }

    // At most so many octets for the peer, which count as sent.
    take(most = Infinity) {
        const length = memory(koffi.sizeof('size_t'));
        const output = this.native('output')(this.engine, length);
        const count = Math.min(most, Number(koffi.decode(koffi.address(length), 'size_t')));
        const octets = copyOf(output, count);
        this.call('sent', count);
        return octets;
    }

    // --- pull

    next() {
        return eventOf(this.native('next')(this.engine, this.input));
    }

    wants() {
        return this.native('wants')(this.engine);
    }

    error() {
        return this.native('error')(this.engine);
    }

    eof() {
        this.call('eof');
    }

    // Seconds to wait for the peer; 0: the turn is ours.
    patience() {
        return this.native('patience')(this.engine, null);
    }

    expired() {
        this.call('expired');
    }

    // --- callbacks

    // Calls handlers.recipient(engine, event) and so on; a method that is not there is a NULL
    // callback. Returns the wants. What a handler throws is thrown here, once C has returned.
    run(handlers) {
        const table = `sansmtp_${this.role}_callbacks`;
        const pointer = koffi.pointer(types[`sansmtp_${this.role}_callback`]);
        const callbacks = {};
        for (const [type, field] of abi.structs[table]) {
            if (type === 'void *' && handlers[field]) {
                callbacks[field] = koffi.register(this.atBorder(handlers, field), pointer);
            }
        }
        this.thrown = [];
        try {
            const wants = this.call('run', this.input, sized(table, callbacks), null);
            if (this.thrown.length) {
                throw this.thrown[0];
            }
            return wants;
        } finally {
            Object.values(callbacks).forEach((callback) => koffi.unregister(callback));
        }
    }

    // No exception may pass through C, and none may be lost: after one nothing is accepted.
    atBorder(handlers, field) {
        return (_engine, event) => {
            try {
                handlers[field](this, eventOf(event));
            } catch (problem) {
                this.thrown.push(problem);
                this.fail();
            }
        };
    }
}

class Server extends Engine {
    constructor(hostname, options = {}) {
        super('server', { hostname, ...options });
    }

    accept() {
        this.call('accept');
    }

    decline() {
        this.call('decline');
    }

    reply(code, enhanced = 0, text = '') {
        const octets = Buffer.from(text);
        this.call('reply', code, enhanced, octets, octets.length);
    }

    close() {
        this.call('close');
    }

    // The host is in trouble: no to the open question; if there is none, 421 and the end.
    fail() {
        if (this.native('fail')(this.engine) < 0) {
            this.close();
        }
    }
}

class Client extends Engine {
    constructor(hello, options = {}) {
        super('client', { hello, ...options });
    }

    submit(sender, envelope = {}) {
        this.call('submit', sized('sansmtp_envelope', { sender, ...envelope }));
    }

    recipient(mailbox, recipient = {}) {
        this.call('recipient', sized('sansmtp_recipient', { mailbox, ...recipient }));
    }

    recipientsEnd() {
        this.call('recipients_end');
    }

    body(octets, last) {
        const lent = octetsOf(octets);
        this.call('body', lent, lent.length, last ? 1 : 0);
        this.lent = lent; // borrowed until the next want BODY, or the outcome
    }

    quit() {
        this.call('quit');
    }

    abort() {
        this.call('abort');
    }

    // The host is in trouble: the message never ends.
    fail() {
        this.abort();
    }
}

module.exports = { Client, Server, SmtpError, eventOf, types, native, numbers: abi.numbers };
