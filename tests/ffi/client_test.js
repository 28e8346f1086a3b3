// Node drives the client engine: pulled, and through callbacks, some of which throw.
'use strict';

const { Client, SmtpError, numbers } = require('../../examples/ffi/sansmtp.js');
const { check, collect, dialogue, pieces, saidBy } = require('./dialogue.js');

const TURNS = dialogue('client.txt');
const CLIENT = saidBy('C', TURNS);
const FATES = [[0, 250, 2001005, 'Recipient ok'], [1, 550, 5001001, 'No such\nuser here'],
    [2, 250, 0, 'Recipient ok']];
const OUTCOME = [numbers.SANSMTP_OUTCOME_DELIVERED, 250, 'queued as 4711', 3, 3, 2];

class Trouble extends Error {}

// One message and what became of it. Its methods are the callbacks; `bad` is one that throws.
class Letter {
    constructor(bad) {
        this.bad = bad;
        this.recipients = ['bob@mx.example', 'eve@elsewhere.example', 'joe@mx.example'];
        this.pieces = ['Subject: hello\r\n\r\n.one', ' dot\r\n..two dots\r\n'];
        this.fates = [];
        this.outcomes = [];
    }

    trouble(name) {
        if (this.bad === name) {
            throw new Trouble(name);
        }
    }

    ready(_client, event) {
        this.trouble('ready');
        this.largest = event.number;
    }

    sender() {
        this.trouble('sender');
    }

    result(_client, event) {
        this.trouble('result');
        this.fates.push([event.recipient, event.code, event.enhanced, event.text.toString()]);
    }

    outcome(_client, event) {
        this.outcomes.push([event.reason, event.code, event.text.toString(), event.taken,
            event.answered, event.accepted]);
    }

    wants_message(client) {
        this.trouble('wants_message');
        if (this.submitted) {
            client.quit();
        } else {
            this.submitted = true;
            client.submit('ada@client.example');
        }
    }

    wants_recipient(client) {
        this.trouble('wants_recipient');
        if (this.recipients.length) {
            client.recipient(this.recipients.shift());
        } else {
            client.recipientsEnd();
        }
    }

    wants_body(client) {
        this.trouble('wants_body');
        const piece = this.pieces.shift();
        client.body(piece, !this.pieces.length);
    }
}

const WANTS = [[numbers.SANSMTP_IDLE, 'wants_message'],
    [numbers.SANSMTP_RECIPIENT, 'wants_recipient'], [numbers.SANSMTP_BODY, 'wants_body']];

// One turn, pulled: all that the engine has to say and to ask.
function pull(client, letter) {
    let said = '';
    for (;;) {
        const event = client.next();
        const want = WANTS.find(([bit]) => client.wants() & bit);
        const name = event ? event.name : want && want[1];
        if (name) {
            letter[name]?.(client, event);
            continue;
        }
        collect();
        const octets = client.take();
        if (!octets.length) {
            return said;
        }
        said += octets.toString('latin1');
    }
}

// One turn by run(), however often a callback throws.
function callBack(client, letter) {
    let said = '';
    for (;;) {
        try {
            client.run(letter);
        } catch (problem) {
            if (!(problem instanceof Trouble)) {
                throw problem;
            }
            letter.thrown = true;
            continue;
        }
        collect();
        const octets = client.take();
        if (!octets.length) {
            return said;
        }
        said += octets.toString('latin1');
    }
}

// The whole dialogue, `step` octets at a time (0: a turn at a time). The peer answers only what it
// has heard: all that the client should have said by then.
function converse(turn, letter, step) {
    const client = new Client('client.example', { tls: numbers.SANSMTP_CLIENT_TLS_NONE });
    let said = turn(client, letter);
    let due = '';
    for (const [who, octets] of TURNS) {
        if (who === 'C') {
            due += octets;
            if (said !== due) {
                break;
            }
            continue;
        }
        for (const piece of pieces(octets, step)) {
            client.receive(piece);
            said += turn(client, letter);
        }
    }
    return { client, said };
}

function checkWhole(name, turn, step) {
    const letter = new Letter();
    const { client, said } = converse(turn, letter, step);
    check(said === CLIENT, `${name}: says what it should`, said);
    check(JSON.stringify(letter.fates) === JSON.stringify(FATES), `${name}: each recipient's fate`,
        letter.fates);
    check(JSON.stringify(letter.outcomes) === JSON.stringify([OUTCOME]), `${name}: the outcome`,
        letter.outcomes);
    check(letter.largest === 1000, `${name}: what the peer offers`, letter.largest);
    check(client.wants() === numbers.SANSMTP_CLOSE && client.error() === 0, `${name}: ends well`);
}

// A callback that throws ends the session; the message never ends.
function checkThrowing() {
    for (const bad of ['ready', 'wants_message', 'wants_recipient', 'wants_body', 'sender',
        'result']) {
        const letter = new Letter(bad);
        const { client, said } = converse(callBack, letter, 0);
        check(letter.thrown && CLIENT.startsWith(said) && !said.includes('\r\n.\r\n'),
            `${bad} throws: the message never ends`, said);
        check(client.wants() === numbers.SANSMTP_CLOSE, `${bad} throws: close`,
            client.wants());
        const began = bad !== 'ready' && bad !== 'wants_message';
        check(letter.outcomes.map(([reason]) => reason).join()
            === (began ? `${numbers.SANSMTP_OUTCOME_LATER}` : ''), `${bad} throws: never delivered`,
        letter.outcomes);
    }
}

// What the host may not say is an error, and nothing is sent.
function checkRefused() {
    const client = new Client('client.example', { tls: numbers.SANSMTP_CLIENT_TLS_NONE });
    const letter = new Letter();
    letter.wants_message = null;
    callBack(client, letter);
    for (const line of ['220 mx.example\r\n', '250 mx.example\r\n']) {
        client.receive(Buffer.from(line));
        callBack(client, letter);
    }
    for (const [name, number, call] of [
        ['a sender with a line end', 'SANSMTP_ERR_TEXT', () => client.submit('a\r\nb@c.example')],
        ['a body before its time', 'SANSMTP_ERR_STATE', () => client.body('x', true)],
        ['8 bits to a peer of 7', 'SANSMTP_ERR_NEEDS_8BITMIME',
            () => client.submit('a@b.example', { body: numbers.SANSMTP_BODY_8BITMIME })],
    ]) {
        let problem;
        try {
            call();
        } catch (error) {
            problem = error;
        }
        check(problem instanceof SmtpError && problem.number === numbers[number],
            `refused: ${name}`, `${problem}`);
    }
    check(callBack(client, letter) === '', 'refused: nothing is sent');
}

checkWhole('pulled', pull, 0);
checkWhole('pulled by octets', pull, 1);
checkWhole('callbacks', callBack, 0);
checkWhole('callbacks by octets', callBack, 1);
checkThrowing();
checkRefused();
