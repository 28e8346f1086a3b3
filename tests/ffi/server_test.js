// Node drives the server engine: pulled, and through callbacks, some of which throw.
'use strict';

const { Server, SmtpError, eventOf, numbers } = require('../../examples/ffi/sansmtp.js');
const { check, collect, dialogue, pieces, saidBy } = require('./dialogue.js');

const TURNS = dialogue('server.txt');
const SERVER = saidBy('S', TURNS);
const STORED = ['Subject: by DATA\r\n\r\n.one dot\r\n..two dots\r\n',
    'Subject: by BDAT\r\n\r\n.a dot\r\n'];
const ACCEPTED = '250 2.0.0 Message accepted\r\n';

class Trouble extends Error {}

// One domain, messages in memory. Its methods are the callbacks; `bad` is one that throws.
class Host {
    constructor(bad) {
        this.bad = bad;
        this.stored = [];
        this.thrown = 0;
    }

    yes(server, event) {
        if (event.name === this.bad) {
            throw new Trouble(this.bad);
        }
        server.accept();
    }

    connect(server, event) {
        this.yes(server, event);
    }

    hello(server, event) {
        this.yes(server, event);
    }

    mail(server, event) {
        this.coming = '';
        this.yes(server, event);
    }

    recipient(server, event) {
        if (event.domain.toString() === 'mx.example') {
            this.yes(server, event);
        } else {
            server.reply(550, 5001001, 'No such user here');
        }
    }

    data(server, event) {
        this.yes(server, event);
    }

    chunk(server, event) {
        this.yes(server, event);
    }

    body(_server, event) {
        if (this.bad === 'body') {
            throw new Trouble(this.bad);
        }
        this.coming += event.data.toString('latin1');
    }

    end(server, event) {
        this.yes(server, event);
        this.stored.push(this.coming);
    }
}

// One turn, pulled: all that the engine has to say and to ask.
function pull(server, host) {
    let said = '';
    for (;;) {
        const event = server.next();
        if (event) {
            host[event.name]?.(server, event);
            continue;
        }
        collect();
        const octets = server.take();
        if (!octets.length) {
            return said;
        }
        said += octets.toString('latin1');
    }
}

// One turn by run(), however often a callback throws.
function callBack(server, host) {
    let said = '';
    for (;;) {
        try {
            server.run(host);
        } catch (problem) {
            if (!(problem instanceof Trouble)) {
                throw problem;
            }
            host.thrown++;
            continue;
        }
        collect();
        const octets = server.take();
        if (!octets.length) {
            return said;
        }
        said += octets.toString('latin1');
    }
}

// The whole dialogue, `step` octets at a time (0: a turn at a time).
function converse(turn, host, step) {
    const server = new Server('mx.example');
    let said = turn(server, host);
    for (const [who, octets] of TURNS) {
        if (who === 'C') {
            for (const piece of pieces(octets, step)) {
                server.receive(piece);
                said += turn(server, host);
            }
        }
    }
    return { server, said };
}

function checkWhole(name, turn, step) {
    const host = new Host();
    const { server, said } = converse(turn, host, step);
    check(said === SERVER, `${name}: says what it should`, said);
    check(host.stored.join() === STORED.join(), `${name}: both messages, octet for octet`,
        host.stored);
    check(server.wants() === numbers.SANSMTP_CLOSE && server.error() === 0, `${name}: ends well`);
}

// A callback that throws: how many of the two messages may be accepted nevertheless.
const THROWING = { connect: 0, hello: 0, mail: 0, recipient: 0, data: 1, body: 0, chunk: 1,
    end: 0 };

function checkThrowing() {
    for (const [bad, count] of Object.entries(THROWING)) {
        const host = new Host(bad);
        const { said } = converse(callBack, host, 0);
        const accepted = said.split(ACCEPTED).length - 1;
        check(accepted === count && host.stored.length === count && host.thrown > 0,
            `${bad} throws: ${count} accepted`, said);
    }
}

// To where END is asked, and maybe answered; what the server said.
function untilEnd(server, turn) {
    let said = turn();
    for (const line of ['EHLO c', 'MAIL FROM:<a@b.c>', 'RCPT TO:<bob@mx.example>', 'DATA',
        'x\r\n.']) {
        server.receive(Buffer.from(line + '\r\n'));
        said += turn();
    }
    return said;
}

// koffi lets C go on, silent, and throws when it has returned; no callback runs in between.
function checkUncaught(bad) {
    class Borderless extends Server {
        atBorder(handlers, field) {
            return (_engine, event) => handlers[field](this, eventOf(event));
        }
    }
    const server = new Borderless('mx.example');
    const host = new Host(bad);
    let said = untilEnd(server, () => callBack(server, host));
    check(host.thrown === 1, `uncaught in ${bad}: it comes out of run()`, `${host.thrown}`);
    check(server.wants() === numbers.SANSMTP_REPLY, `uncaught in ${bad}: END stays open`,
        `wants ${server.wants()}`);
    server.eof();
    said += callBack(server, host);
    check(!said.includes(ACCEPTED) && !host.stored.length,
        `uncaught in ${bad}: nothing is accepted`, said);
    server.begin();
    check(callBack(server, host).startsWith('220 '), `uncaught in ${bad}: init begins anew`);
}

// Silence leaves a question open; the answer comes by the same call, later.
function checkLate() {
    const host = new Host();
    const server = new Server('mx.example');
    host.end = () => {};
    const said = untilEnd(server, () => callBack(server, host));
    check(server.wants() === numbers.SANSMTP_REPLY && !said.includes(ACCEPTED),
        'late: END is open');
    setTimeout(() => {
        server.accept();
        check(callBack(server, host) === ACCEPTED, 'late: and is answered');
    }, 1);
}

// What a callback may not do is refused, and changes nothing.
function checkInside() {
    const host = new Host();
    const seen = [];
    host.hello = (server) => {
        seen.push(server.next());
        try {
            server.run({});
        } catch (problem) {
            seen.push(problem instanceof SmtpError && problem.number);
        }
        server.accept();
    };
    const { said } = converse(callBack, host, 0);
    check(seen[0] === null && seen[1] === numbers.SANSMTP_ERR_BUSY, 'inside: no next, no run',
        seen);
    check(said === SERVER, 'inside: nothing has changed', said);
}

checkWhole('pulled', pull, 0);
checkWhole('pulled by octets', pull, 1);
checkWhole('callbacks', callBack, 0);
checkWhole('callbacks by octets', callBack, 1);
checkThrowing();
checkUncaught('end');
checkUncaught('body');
checkInside();
checkLate();
