// Sends the messages that stdin describes, one a line of JSON: {transport, message}. The message's
// `raw` is base64. Prints a line of JSON for each: {accepted, rejected, response} or {error}.
'use strict';

const nodemailer = require('nodemailer');
const readline = require('readline');

async function send(line) {
    const { transport, message } = JSON.parse(line);
    const sender = nodemailer.createTransport(transport);
    try {
        const raw = Buffer.from(message.raw, 'base64');
        const sent = await sender.sendMail({ ...message, raw });
        return { accepted: sent.accepted, rejected: sent.rejected, response: sent.response };
    } catch (error) {
        return { error: error.message, response: error.response, code: error.responseCode };
    } finally {
        sender.close();
    }
}

async function main() {
    for await (const line of readline.createInterface({ input: process.stdin })) {
        console.log(JSON.stringify(await send(line)));
    }
}

main();
