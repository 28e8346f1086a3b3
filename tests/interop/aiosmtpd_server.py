"""aiosmtpd on a port: stores each message it gets as a file. Run by Debian's own python3.

    aiosmtpd_server.py smtp|lmtp PORT FOLDER CERTIFICATE KEY USER PASSWORD
"""

import asyncio
import os
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, AuthResult

KIND, PORT, FOLDER, CERTIFICATE, KEY, USER, PASSWORD = sys.argv[1:8]


class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 nobody"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        with open(os.path.join(FOLDER, "%04d" % self.count), "wb") as file:
            file.write(envelope.content)
        return "250 2.0.0 stored"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))


class Listener(Controller):
    def factory(self):
        kind = LMTP if KIND == "lmtp" else SMTP
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE, KEY)
        return kind(
            self.handler,
            hostname="mx.example.test",
            enable_SMTPUTF8=True,
            tls_context=context,
            authenticator=authenticate,
        )


Listener(Handler(), hostname="127.0.0.1", port=int(PORT)).start()
asyncio.new_event_loop().run_forever()
