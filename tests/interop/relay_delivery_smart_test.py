"""A password for a smart host by SCRAM (RFC 5802): the host never hears it, and must know it."""

import base64
import hashlib
import hmac
import os

import relaying
import support
from certificates import Certificates
from delivering import QUICK, drained, submit
from relay import Relay
from scripted_hop import OFFERS, Dialogue, Hop

NEAR = "127.0.0.2"
ROUNDS = 4096


class Scram(Dialogue):
    """AUTH SCRAM-..., of the hop's mechanism and password."""

    def on_auth(self, verb, line):
        words = line.split()
        algorithm = {b"SCRAM-SHA-256": "sha256", b"SCRAM-SHA-1": "sha1"}.get(words[1])
        if not algorithm or len(words) < 3:
            return self.say("504 5.5.4 not this one")
        first = base64.b64decode(words[2]).decode()
        bare = first.split(",", 2)[2]
        self.hop.user = bare.split(",")[0][2:]
        salt = os.urandom(16)
        nonce = bare.split("r=")[1] + "server"
        said = "r=%s,s=%s,i=%d" % (nonce, base64.b64encode(salt).decode(), ROUNDS)
        self.say("334 " + base64.b64encode(said.encode()).decode())
        last = self.file.readline()
        self.hop.lines.append(last.decode().strip())
        last = base64.b64decode(last).decode()
        without, proof = last.rsplit(",p=", 1)
        return self.judge(algorithm, salt, ",".join((bare, said, without)), base64.b64decode(proof))

    def judge(self, algorithm, salt, whole, proof):
        def sign(key, text):
            return hmac.digest(key, text, algorithm)

        salted = hashlib.pbkdf2_hmac(algorithm, self.hop.password.encode(), salt, ROUNDS)
        key = sign(salted, b"Client Key")
        stored = hashlib.new(algorithm, key).digest()
        wanted = bytes(a ^ b for a, b in zip(key, sign(stored, whole.encode())))
        if not self.hop.credulous and proof != wanted:
            return self.say("535 5.7.8 no")
        final = b"v=" + base64.b64encode(sign(sign(salted, b"Server Key"), whole.encode()))
        self.say("334 " + base64.b64encode(final).decode())
        self.file.readline()
        return self.say("235 2.7.0 welcome")


class ScramHop(Hop):
    """credulous: one that takes any password, and cannot show that it knows ours."""

    def __init__(self, *arguments, password=support.PASSWORD, credulous=False, **more):
        super().__init__(*arguments, **more)
        self.password, self.credulous, self.user = password, credulous, None

    def talk(self, connection):
        Scram(self, connection).run()


def relaying_to(here, port, certificates):
    secret = support.written(here, "secret", support.PASSWORD.encode() + b"\n")
    options = ("--loopback", "yes", "--network", "127.0.0.0/8", "--trace", "yes", *QUICK)
    smart = ("--smart-host", "[%s]:%d" % (NEAR, port), "--smart-user", support.USER)
    more = ("--smart-password-file", secret, "--tls-ca", certificates.authority)
    return Relay(here, *options, *smart, *more, local=("client.test",))


def shown(relay, hop):
    said = "\n".join(hop.lines) + relay.log() + relay.errors()
    secrets = (support.PASSWORD, base64.b64encode(support.PASSWORD.encode()).decode().rstrip("="))
    return [secret for secret in secrets if secret in said]


def test(tap, here):
    port = relaying.common_port((NEAR,))
    certificates = Certificates(here, NEAR)
    for mechanisms in ("PLAIN LOGIN SCRAM-SHA-1 SCRAM-SHA-256", "PLAIN SCRAM-SHA-1"):
        offers = (*OFFERS, "AUTH " + mechanisms)
        hop = ScramHop(NEAR, port, offers=offers, tls=certificates.server)
        best = "SCRAM-SHA-256" if "256" in mechanisms else "SCRAM-SHA-1"
        with hop.running(), relaying_to(here, port, certificates) as relay:
            submit(relay, "user@anywhere.test")
            drained(tap, relay, best)
            taken = len(hop.taken) == 1 and hop.said("^AUTH %s " % best)
            good = taken and hop.user == support.USER
            why = "%s\n%s" % (hop.lines, relay.log())
            tap.check(good, "of %s it is %s" % (mechanisms, best), why)
            tap.check(not shown(relay, hop), best + ": nobody is told the password", hop.lines)
    wrong = {"a host that has another password": (False, "no"),
             "a host that only pretends to know it": (True, "the host does not know the password")}
    for name, (credulous, reason) in wrong.items():
        hop = ScramHop(NEAR, port, offers=(*OFFERS, "AUTH SCRAM-SHA-256"), tls=certificates.server,
                       password="another", credulous=credulous)
        with hop.running(), relaying_to(here, port, certificates) as relay:
            submit(relay, "user@anywhere.test")
            relay.until(lambda: "authenticate" in relay.log() or not relay.listed())
            waits = len(relay.listed()) == 1 and not hop.taken and not hop.said("^MAIL")
            tap.check(waits, name + ": nothing goes, nothing is given up", relay.log())
            tap.check(": %s\n" % reason in relay.log(), "%s: %s" % (name, reason), relay.log())


support.main(test)
