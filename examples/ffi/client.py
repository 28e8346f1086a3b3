"""Sends a message, whose lines end in CRLF, from standard input. By callbacks.

    client.py HOST PORT FROM TO...
"""

import socket
import sys

import abi
import sansmtp


class Letter:
    def __init__(self, sender, recipients, octets):
        self.reverse_path, self.recipients, self.octets = sender, list(recipients), octets
        self.given = 0
        self.delivered = None

    def wants_message(self, client, _event):
        if self.delivered is None:
            client.submit(self.reverse_path)
        else:
            client.quit()

    def wants_recipient(self, client, _event):
        if self.given < len(self.recipients):
            client.recipient(self.recipients[self.given])
            self.given += 1
        else:
            client.recipients_end()

    def wants_body(self, client, _event):
        client.body(self.octets, True)

    def result(self, _client, event):
        print(self.recipients[event.recipient], event.code, event.text.decode("utf-8", "replace"))

    def outcome(self, _client, event):
        self.delivered = event.reason == abi.SANSMTP_OUTCOME_DELIVERED
        print("delivered" if self.delivered else "not delivered", event.code)

    def refusal(self, _client, event):
        print("refused:", event.code, event.text.decode("utf-8", "replace"))


def send(letter, peer):
    client = sansmtp.Client("localhost", tls=abi.SANSMTP_CLIENT_TLS_NONE)
    while True:
        wants = client.run(letter)
        if wants & abi.SANSMTP_WRITE:
            peer.sendall(client.take())
        elif wants & abi.SANSMTP_READ:
            peer.settimeout(client.patience())
            try:
                octets = peer.recv(65536)
            except TimeoutError:
                client.expired()
                continue
            if octets:
                client.receive(octets)
            else:
                client.eof()
        else:
            return


def main(host, port, sender, *recipients):
    letter = Letter(sender, recipients, sys.stdin.buffer.read())
    with socket.create_connection((host, int(port))) as peer:
        send(letter, peer)
    return 0 if letter.delivered else 69


sys.exit(main(*sys.argv[1:]))
