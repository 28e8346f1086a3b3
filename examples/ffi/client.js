// Sends a message, whose lines end in CRLF, from standard input. Pulled.
//
//     node client.js HOST PORT FROM TO...
'use strict';

const fs = require('fs');
const net = require('net');
const { Client, numbers } = require('./sansmtp.js');

const [host, port, sender, ...recipients] = process.argv.slice(2);
const octets = fs.readFileSync(0);
const client = new Client('localhost', { tls: numbers.SANSMTP_CLIENT_TLS_NONE });
const socket = net.connect({ host, port: Number(port), allowHalfOpen: true });
let given = 0;
let delivered;

function tell(event) {
    if (event.type === numbers.SANSMTP_EVENT_RESULT) {
        console.log(recipients[event.recipient], event.code, event.text.toString());
    } else if (event.type === numbers.SANSMTP_EVENT_REFUSAL) {
        console.log('refused:', event.code, event.text.toString());
    } else if (event.type === numbers.SANSMTP_EVENT_OUTCOME) {
        delivered = event.reason === numbers.SANSMTP_OUTCOME_DELIVERED;
        console.log(delivered ? 'delivered' : 'not delivered', event.code);
    }
}

// Does what the engine wants of us; false if it wants nothing but time.
function serve(wants) {
    if (wants & numbers.SANSMTP_WRITE) {
        socket.write(client.take());
    } else if (wants & numbers.SANSMTP_IDLE) {
        delivered === undefined ? client.submit(sender) : client.quit();
    } else if (wants & numbers.SANSMTP_RECIPIENT) {
        given < recipients.length ? client.recipient(recipients[given++]) : client.recipientsEnd();
    } else if (wants & numbers.SANSMTP_BODY) {
        client.body(octets, true);
    } else {
        return false;
    }
    return true;
}

function proceed() {
    do {
        for (let event = client.next(); event; event = client.next()) {
            tell(event);
        }
    } while (serve(client.wants()));
    socket.setTimeout(client.patience() * 1000);
    if (client.wants() & numbers.SANSMTP_CLOSE) {
        socket.end();
        process.exitCode = delivered ? 0 : 69;
    }
}

const step = (does) => (octets) => {
    does(octets);
    proceed();
};
socket.on('data', step((octets) => client.receive(octets)));
socket.on('end', step(() => client.eof()));
socket.on('timeout', step(() => client.expired()));
socket.on('error', step((problem) => {
    console.error(problem.message);
    client.eof();
}));
socket.on('connect', proceed);
