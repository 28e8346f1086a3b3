"""Takes mail on a loopback port and stores each message as a file; one client at a time. Pulled.

    server.py DOMAIN FOLDER [PORT]
"""

import os
import secrets
import socket
import sys

import abi
import sansmtp


class Host:
    """What the application has to say to each question."""

    def __init__(self, domain, folder):
        self.domain, self.folder = domain.lower(), folder
        self.coming = b""

    def answer(self, server, event):
        if event.type == abi.SANSMTP_EVENT_RECIPIENT and event.domain.lower() != self.domain:
            server.reply(550, 5001001, b"No such user here")
        elif event.type == abi.SANSMTP_EVENT_RECIPIENT:
            server.accept()
        elif event.type == abi.SANSMTP_EVENT_BODY:
            self.coming += event.data
        elif event.type == abi.SANSMTP_EVENT_END:
            self.store(server)
        elif event.type == abi.SANSMTP_EVENT_MAIL:
            self.coming = b""
            server.accept()
        elif event.type < abi.SANSMTP_EVENT_BODY:
            server.decline()  # the safe default

    def store(self, server):
        path = os.path.join(self.folder, secrets.token_hex(8))
        try:
            with open(path + ".part", "xb") as file:
                file.write(self.coming)
                file.flush()
                os.fsync(file.fileno())
            os.rename(path + ".part", path + ".eml")
        except OSError:
            server.fail()
        else:
            server.accept()  # from here on the message is ours


def serve(host, peer):
    server = sansmtp.Server(host.domain)
    while True:
        while event := server.next():
            host.answer(server, event)
        wants = server.wants()
        if wants & abi.SANSMTP_WRITE:
            peer.sendall(server.take())
        elif wants & abi.SANSMTP_READ:
            peer.settimeout(server.patience())
            try:
                octets = peer.recv(65536)
            except TimeoutError:
                server.expired()
                continue
            if octets:
                server.receive(octets)
            else:
                server.eof()
        else:
            return


def main(domain, folder, port=0):
    host = Host(domain.encode(), folder)
    with socket.create_server(("127.0.0.1", int(port))) as listener:
        print("listening on 127.0.0.1:%d" % listener.getsockname()[1], flush=True)
        while True:
            peer, _ = listener.accept()
            with peer:
                try:
                    serve(host, peer)
                except OSError as problem:
                    print(problem, file=sys.stderr)


main(*sys.argv[1:])
