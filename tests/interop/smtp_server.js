// Nodemailer's smtp-server on loopback: smtp_server.js OPTIONS, which are JSON: {lmtp, methods,
// port, cert, key, user, password, folder}. Stores each message in `folder`, one file a recipient,
// behind a line of JSON that says what is known of it.
'use strict';

const fs = require('fs');
const path = require('path');
const { SMTPServer } = require('smtp-server');

const options = JSON.parse(process.argv[2]);
let count = 0;

function refusal(code, text) {
    return Object.assign(new Error(text), { responseCode: code });
}

function onAuth(auth, session, callback) {
    if (auth.username === options.user && auth.password === options.password) {
        callback(null, { user: auth.username });
    } else {
        callback(refusal(535, 'not you'));
    }
}

function onRcptTo(address, session, callback) {
    if (address.address === 'refused@example.test') {
        callback(refusal(550, 'not here'));
    } else {
        callback();
    }
}

// A file is there when it is whole.
function store(session, recipient, octets) {
    const { mailFrom } = session.envelope;
    const known = { to: recipient.address, secure: session.secure, user: session.user || null };
    Object.assign(known, { mail: mailFrom.args, rcpt: recipient.args, dsn: recipient.dsn || null });
    const name = String(++count).padStart(6, '0');
    const temporary = path.join(options.folder, '..', name);
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(JSON.stringify(known) + '\n'), octets]));
    fs.renameSync(temporary, path.join(options.folder, name));
}

function onData(stream, session, callback) {
    const pieces = [];
    stream.on('data', piece => pieces.push(piece));
    stream.on('end', () => {
        const replies = session.envelope.rcptTo.map(recipient => {
            if (options.lmtp && recipient.address === 'full@example.test') {
                return refusal(552, 'full');
            }
            store(session, recipient, Buffer.concat(pieces));
            return 'stored for ' + recipient.address;
        });
        callback(null, options.lmtp ? replies : 'stored');
    });
}

new SMTPServer({
    lmtp: options.lmtp,
    authMethods: options.methods,
    authOptional: true,
    cert: fs.readFileSync(options.cert),
    key: fs.readFileSync(options.key),
    size: 64 << 20,
    hideSMTPUTF8: false,
    hideDSN: false,
    hideENHANCEDSTATUSCODES: false,
    disableReverseLookup: true,
    onAuth,
    onRcptTo,
    onData,
}).listen(options.port, '127.0.0.1');
