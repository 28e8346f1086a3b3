"""sansmtp-send authenticates by SCRAM and CRAM-MD5, to servers written here from the RFCs: honest
ones, and one that says yes without knowing the password."""

import base64

import foreign
import support
from scram import ITERATIONS, SALT, decode, encode, is_proof, keyed, keys
from sender import check, scripted, send
from support import PASSWORD, USER

NONCE = "the-server-was-here"
HASHES = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}


def attributes(message):
    return dict(part.split("=", 1) for part in message.split(",") if "=" in part)


def scram(peer, first, name, honest):
    """RFC 5802 3, the server's part: what to reply in the end."""
    bare = first.split(",", 2)[2]
    nonce = attributes(bare)["r"] + NONCE
    challenge = "r=%s,s=%s,i=%d" % (nonce, encode(SALT), ITERATIONS)
    peer.say("334 " + encode(challenge))
    final = decode(peer.hear())
    if not honest:
        return "235 2.7.0 come in"
    without, proof = final.rsplit(",p=", 1)
    whole = ",".join((bare, challenge, without))
    stored, server = keys(PASSWORD, name)
    bound = attributes(without) == {"c": encode("n,,"), "r": nonce}
    if not bound or not is_proof(base64.b64decode(proof), stored, whole, name):
        return "535 5.7.8 no"
    peer.say("334 " + encode("v=" + encode(keyed(server, whole, name))))
    return "235 2.7.0 yes" if peer.hear() == b"\r\n" else "501 5.5.2 what?"


def cram(peer):
    """RFC 2195 2."""
    challenge = "<4711.0@mx.example.test>"
    peer.say("334 " + encode(challenge))
    name, digits = decode(peer.hear()).rsplit(" ", 1)
    right = keyed(PASSWORD.encode("ascii"), challenge, "md5").hex()
    return "235 2.7.0 yes" if (name, digits) == (USER, right) else "535 5.7.8 no"


def server(mechanism, honest=True):
    def script(peer):
        peer.say("220 mx.example.test ESMTP")
        while line := peer.hear():
            words = line.split()
            if line.startswith(b"EHLO"):
                peer.say("250-mx.example.test")
                peer.say("250 AUTH PLAIN " + mechanism)
            elif line.startswith(b"AUTH CRAM-MD5"):
                peer.say(cram(peer))
            elif line.startswith(b"AUTH SCRAM"):
                peer.say(scram(peer, decode(words[2]), HASHES[mechanism], honest))
            elif line.startswith(b"DATA"):
                peer.say("354 go")
                while peer.hear() not in (b".\r\n", b""):
                    pass
                peer.say("250 2.0.0 taken")
            elif line.startswith(b"QUIT"):
                peer.say("221 2.0.0 bye")
                return
            else:
                peer.say("250 2.1.0 fine")

    return script


def run(tap, here, path, mechanism, password, honest=True):
    """(the run, the lines that the server heard)"""
    heard = []

    def script(peer):
        heard.append(peer)
        server(mechanism, honest)(peer)

    login = foreign.login(here, password)
    with scripted(script) as port:
        done = send(port, path, *login, "--auth-mechanism", mechanism, "--timeout", "10")
    return done, b"".join(heard[0].lines) if heard else b""


def test(tap, here):
    path = support.written(here, "letter", support.message("sasl"))
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"):
        done, lines = run(tap, here, path, mechanism, PASSWORD)
        if "does not know " + mechanism in done.errors:
            support.missing(tap, mechanism, "sansmtp-send was built without GNU SASL")
            continue
        check(tap, mechanism, done, "ok")
        shown = encode(PASSWORD)[:8].encode("ascii") in lines
        tap.check(b"AUTH " + mechanism.encode("ascii") in lines and not shown,
                  "%s was spoken, and no password" % mechanism, lines)
        done, lines = run(tap, here, path, mechanism, "wrong")
        check(tap, "%s, a wrong password" % mechanism, done, "refused")
        tap.check(b"MAIL" not in lines, "and nothing is sent", lines)
        if mechanism in HASHES:
            # 5802-5.1-a: a yes without the server's signature
            done, lines = run(tap, here, path, mechanism, PASSWORD, honest=False)
            check(tap, "%s, a server that does not know the password" % mechanism, done, "refused")
            tap.check(b"MAIL" not in lines, "and it gets nothing", lines)


support.main(test)
