// Takes mail on a loopback port and stores each message as a file. By callbacks.
//
//     node server.js DOMAIN FOLDER [PORT]
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const net = require('net');
const path = require('path');
const { Server, numbers } = require('./sansmtp.js');

// What the application has to say to each question. The rest gets its safe default.
class Host {
    constructor(domain, folder) {
        this.domain = domain.toLowerCase();
        this.folder = folder;
    }

    mail(server) {
        this.coming = [];
        server.accept();
    }

    recipient(server, event) {
        if (event.domain.toString().toLowerCase() === this.domain) {
            server.accept();
        } else {
            server.reply(550, 5001001, 'No such user here');
        }
    }

    body(_server, event) {
        this.coming.push(event.data);
    }

    // Returns with the question open; the answer comes when the disk has spoken.
    end(server) {
        const name = path.join(this.folder, crypto.randomBytes(8).toString('hex'));
        this.store(name, Buffer.concat(this.coming))
            .then(() => server.accept(), () => server.fail()) // from here on the message is ours
            .then(this.proceed);
    }

    async store(name, octets) {
        const file = await fs.promises.open(`${name}.part`, 'wx');
        try {
            await file.writeFile(octets);
            await file.sync();
        } finally {
            await file.close();
        }
        await fs.promises.rename(`${name}.part`, `${name}.eml`);
    }
}

function serve(host, socket) {
    const server = new Server(host.domain);
    host.proceed = () => {
        for (;;) {
            let wants;
            try {
                wants = server.run(host);
            } catch (problem) {
                console.error(problem); // ours; the question is answered already
                continue;
            }
            if (wants & numbers.SANSMTP_WRITE) {
                socket.write(server.take());
            } else {
                socket.setTimeout(server.patience() * 1000);
                return wants & numbers.SANSMTP_CLOSE ? socket.end() : undefined;
            }
        }
    };
    const step = (does) => (octets) => {
        does(octets);
        host.proceed();
    };
    socket.on('data', step((octets) => server.receive(octets)));
    socket.on('end', step(() => server.eof()));
    socket.on('timeout', step(() => server.expired()));
    socket.on('error', (problem) => console.error(problem.message));
    host.proceed();
}

const [domain, folder, port] = process.argv.slice(2);
const options = { allowHalfOpen: true };
const listener = net.createServer(options, (socket) => serve(new Host(domain, folder), socket));
listener.listen(Number(port || 0), '127.0.0.1', () => {
    console.log(`listening on 127.0.0.1:${listener.address().port}`);
});
