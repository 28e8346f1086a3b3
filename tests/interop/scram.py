"""SCRAM (RFC 5802 3), as a server knows it; written from the RFC, and not from what is under test."""

import base64
import hashlib
import hmac

SALT = b"grains of salt"
ITERATIONS = 4096


def keyed(key, text, name):
    return hmac.new(key, text if isinstance(text, bytes) else text.encode("ascii"), name).digest()


def keys(password, name):
    """StoredKey and ServerKey, all that a server needs to know."""
    salted = hashlib.pbkdf2_hmac(name, password.encode("ascii"), SALT, ITERATIONS)
    client = keyed(salted, "Client Key", name)
    return hashlib.new(name, client).digest(), keyed(salted, "Server Key", name)


def is_proof(proof, stored, whole, name):
    """Does it show the key whose hash is stored? whole is the AuthMessage."""
    signature = keyed(stored, whole, name)
    client = bytes(a ^ b for a, b in zip(signature, proof))
    return len(proof) == len(signature) and hashlib.new(name, client).digest() == stored


def encode(octets):
    octets = octets if isinstance(octets, bytes) else octets.encode("ascii")
    return base64.b64encode(octets).decode("ascii")


def decode(octets):
    return base64.b64decode(octets.strip()).decode("ascii")
