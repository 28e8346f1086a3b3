"""Certificates for the servers of a test, made now."""

import os
import ssl
import subprocess


class Certificates:
    """Contexts of servers: server has a certificate for these hosts, names or addresses, that is
    its own authority; other one that nobody trusts."""

    def __init__(self, here, *hosts):
        self.here = here
        self.authority = os.path.join(here, "mx.pem")
        self.server = self.made("mx", hosts)
        self.other = self.made("other", ("other.test",))

    def made(self, name, hosts):
        names = [("IP:" if host[-1].isdigit() else "DNS:") + host for host in hosts]
        cert, key = (os.path.join(self.here, name + end) for end in (".pem", ".key"))
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt"]
        command += ["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + name]
        command += ["-keyout", key, "-out", cert, "-addext", "subjectAltName=" + ",".join(names)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context
