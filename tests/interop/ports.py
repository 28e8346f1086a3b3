"""Ports for servers that cannot choose one for themselves.

A port that is found free, and let go, may be taken before its server has it: by another test, or by
a connection of anybody's. So these are none that the system gives to connections, and each is kept
for its test by a name that goes when its process does."""

import random
import socket

from connection import HOST

kept = []


def candidates():
    """Those that no connection gets; where there are few of these, any."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        low, high = map(int, file.read().split())
    above, below = range(high + 1, 65536), range(10000, low)
    return max(above, below, range(10000, 11000), key=len)


def keep(port):
    """Keeps a port for this process, as long as it lives; says whether nobody else had it."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind("\0sansmtp-interop-%d" % port)
    except OSError:
        name.close()
        return False
    kept.append(name)
    return True


def is_free(port, address, kind):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_port(*addresses, datagrams=False):
    """One that is free on all these addresses; with datagrams for UDP, too."""
    kinds = [socket.SOCK_STREAM, *([socket.SOCK_DGRAM] if datagrams else [])]
    where = [(address, kind) for address in addresses or (HOST,) for kind in kinds]
    ports = candidates()
    for _ in range(10000):
        port = random.choice(ports)
        if keep(port) and all(is_free(port, *place) for place in where):
            return port
    raise RuntimeError("no port is free on %s" % " ".join(addresses))
