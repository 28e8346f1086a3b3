"""Opens many connections, reads each greeting, says how many there are, and waits. When its stdin
ends it says QUIT on each, and how many were answered 221.

    idle_client.py PORT COUNT
"""

import errno
import resource
import socket
import sys

SOURCES = ["127.0.0.%d" % number for number in range(1, 9)]  # another one when ports run out


def connected(port, sources):
    while True:
        connection = socket.socket()
        connection.settimeout(30)
        try:
            connection.bind((sources[0], 0))
            connection.connect(("127.0.0.1", port))
            return connection
        except OSError as problem:
            connection.close()
            if problem.errno not in (errno.EADDRNOTAVAIL, errno.EADDRINUSE) or len(sources) == 1:
                raise
            sources.pop(0)


def ask(connection, command, code):
    connection.sendall(command)
    return connection.recv(512).startswith(code)


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sources = list(SOURCES)
    connections = []
    greeted = 0
    for _ in range(count):
        connections.append(connected(port, sources))
        greeted += connections[-1].recv(512).startswith(b"220 ")
    print("greeted %d" % greeted, flush=True)
    sys.stdin.read()
    print("left %d" % sum(ask(one, b"QUIT\r\n", b"221 ") for one in connections), flush=True)


main()
