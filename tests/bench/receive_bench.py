"""What receiving a message costs a server: processor time of sansmtp-receive --store none beside
Postfix's smtp-sink, both fed over loopback by smtp-source, by turns.

    receive_bench.py SANSMTP_RECEIVE SMTP_SINK SMTP_SOURCE [REPETITIONS]

A repetition runs both, one right after the other; the ratio is the median of the repetitions'
ratios. Only the messages count, not the start of a server. Prints; judges no time, but fails if not
every message was accepted. Goals: 0.65 and 0.5 (one connection each) of smtp-sink for 4 KiB, 0.22
for 64 KiB, 0.1 for 1 MiB, 0.07 for 10 MiB.
"""

import glob
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HOST = "127.0.0.1"
SESSIONS = 10
# name, octets of a message, messages, smtp-source's further options
LOADS = (
    ("4 KiB", 4 << 10, 2000, ()),
    ("4 KiB, connections kept", 4 << 10, 4000, ("-d",)),
    ("64 KiB", 64 << 10, 1000, ()),
    ("1 MiB", 1 << 20, 100, ()),
    ("10 MiB", 10 << 20, 20, ()),
)


def processor_time(process):
    """Seconds of all its threads."""
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % process.pid):
        with open(path, encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e9


class Receive:
    def __init__(self, program, _):
        command = [program, "--listen", HOST + ":0", "--store", "none", "--hostname", "mx.example", "--domain", "mx.example"]
        command += ["--max-size", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline().rpartition(b":")[2])


class Sink:
    """It takes no port 0: it is told one that was free a moment ago. As root it wants a user."""

    def __init__(self, program, folder):
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]
        command = [program, *(("-u", "nobody") if os.getuid() == 0 else ()), "-h", "mx.example"]
        command += ["inet:%s:%d" % (HOST, self.port), "4096"]
        self.process = subprocess.Popen(command, cwd=folder)
        while not self.listens():
            if self.process.poll() is not None:
                sys.exit("receive_bench: smtp-sink does not run")
            time.sleep(0.01)

    def listens(self):
        try:
            socket.create_connection((HOST, self.port)).close()
        except ConnectionRefusedError:
            return False
        return True


def feed(source, port, size, count, options):
    command = [source, "-s", str(SESSIONS), "-m", str(count), "-l", str(size), *options]
    command += ["-f", "a@client.example", "-t", "b@mx.example", "-M", "client.example"]
    command += ["inet:%s:%d" % (HOST, port)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0 or done.stdout:
        sys.exit("receive_bench: smtp-source: %s" % done.stdout.decode(errors="replace").strip())


def cost(server, source, size, count, options):
    """Microseconds of processor time for a message."""
    feed(source, server.port, size, SESSIONS, options)
    start = processor_time(server.process)
    feed(source, server.port, size, count, options)
    return (processor_time(server.process) - start) / count * 1e6


def main(receive, sink, source, repetitions="7"):
    if not sink or not source:
        print("receive_bench: smtp-sink and smtp-source are not here: nothing to compare with")
        return
    with tempfile.TemporaryDirectory() as folder:
        servers = [Receive(receive, folder), Sink(sink, folder)]
        try:
            for name, *load in LOADS:
                costs = [[cost(server, source, *load) for server in servers]
                         for _ in range(int(repetitions))]
                ours, theirs = (statistics.median(column) for column in zip(*costs))
                print("%-24s sansmtp-receive %8.0f us, smtp-sink %8.0f us: %.3f of it"
                      % (name, ours, theirs, statistics.median(a / b for a, b in costs)), flush=True)
        finally:
            for server in servers:
                server.process.terminate()
                server.process.communicate()


main(*sys.argv[1:])
