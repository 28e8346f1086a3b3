"""sansmtp for Python: the border between the language and the library, and no more.

An engine is pulled: receive() octets of the peer, take events by next(), answer, write take() out.
Or it calls back: run() with an object that has a method for each event it cares for.
"""

import ctypes
import os
from types import SimpleNamespace

import abi

LIBRARY = ctypes.CDLL(os.environ.get("SANSMTP_LIBRARY", "libsansmtp.so.0"))
for _name, (_result, _arguments) in abi.FUNCTIONS.items():
    getattr(LIBRARY, _name).restype = _result
    getattr(LIBRARY, _name).argtypes = _arguments


class Error(Exception):
    """The library refused a call, and nothing changed. number is one of abi.SANSMTP_ERR_..."""

    def __init__(self, number):
        super().__init__(LIBRARY.sansmtp_error_name(number).decode())
        self.number = number


def event_of(pointer):
    """An event with its spans copied, so that it may be kept; None for none."""
    if not pointer:
        return None
    event = SimpleNamespace()
    for name, kind in abi.sansmtp_event._fields_:
        value = getattr(pointer.contents, name)
        if kind is abi.sansmtp_span:
            value = ctypes.string_at(value.data, value.length) if value.length else b""
        setattr(event, name, value)
    event.name = LIBRARY.sansmtp_event_name(event.type).decode()
    return event


def set_text(struct, name, text):
    """A pointer and its length. The text must live as long as the struct, so that keeps it."""
    octets = text.encode() if isinstance(text, str) else text
    struct.__dict__.setdefault("kept", []).append(octets)
    setattr(struct, name, ctypes.cast(octets, ctypes.c_void_p))
    setattr(struct, name + "_length", len(octets))


def fill(struct, values):
    for name, value in values.items():
        if isinstance(value, (str, bytes)):
            set_text(struct, name, value)
        else:
            setattr(struct, name, value)
    return struct


def sized(kind, values):
    """A struct that begins with its size."""
    return fill(kind(size=ctypes.sizeof(kind)), values)


class Engine:
    """What both engines have in common. role: "server" or "client"."""

    def __init__(self, role, **options):
        self.role = role
        self.options = getattr(abi, "sansmtp_%s_options" % role)()
        self.checked("options_init", self.options, ctypes.sizeof(self.options), engine=False)
        fill(self.options, options)
        length = self.function("memory")(self.options)
        self.memory = ctypes.create_string_buffer(max(length, 1))
        self.engine = ctypes.c_void_p()
        self.raised = None
        self.begin()

    def begin(self):
        """Begins anew, in the same memory."""
        self.input = abi.sansmtp_span()
        self.octets = None
        self.checked("init", self.engine, self.memory, len(self.memory), self.options, engine=False)

    def function(self, name):
        return getattr(LIBRARY, "sansmtp_%s_%s" % (self.role, name))

    def checked(self, name, *arguments, engine=True):
        """Calls; what the library returns is an error of ours, or good."""
        if engine:
            arguments = (self.engine, *arguments)
        result = self.function(name)(*arguments)
        if result < 0:
            raise Error(result)
        return result

    # -- octets

    def receive(self, octets):
        """More octets of the peer, behind those that were not taken yet."""
        left = ctypes.string_at(self.input.data, self.input.length) if self.input.length else b""
        self.octets = left + octets  # lives as long as the span
        self.input.data = ctypes.cast(self.octets, ctypes.c_void_p)
        self.input.length = len(self.octets)

    def take(self, most=None):
        """At most so many octets for the peer, which count as sent."""
        length = ctypes.c_size_t()
        output = self.function("output")(self.engine, length)
        count = length.value if most is None else min(most, length.value)
        octets = ctypes.string_at(output, count) if count else b""
        self.checked("sent", count)
        return octets

    # -- pull

    def next(self):
        return event_of(self.function("next")(self.engine, self.input))

    def wants(self):
        return self.function("wants")(self.engine)

    def error(self):
        return self.function("error")(self.engine)

    def eof(self):
        self.checked("eof")

    def patience(self):
        """Seconds to wait for the peer; None for no wait at all."""
        return self.function("patience")(self.engine, None) or None

    def expired(self):
        self.checked("expired")

    # -- callbacks

    def run(self, handlers):
        """Calls handlers.recipient(engine, event) and so on; a method that is not there is a NULL
        callback. Returns the wants. What a handler raises is raised here, once C has returned."""
        kind = getattr(abi, "sansmtp_%s_callbacks" % self.role)
        callback = getattr(abi, "sansmtp_%s_callback" % self.role)
        table = kind(size=ctypes.sizeof(kind))
        for name, what in kind._fields_:
            handler = getattr(handlers, name, None)
            if what is callback and handler:
                setattr(table, name, callback(self.at_border(handler)))
        self.raised = None
        wants = self.checked("run", self.input, table, None)
        if self.raised:
            raise self.raised
        return wants

    def at_border(self, handler):
        """No exception may pass through C, and none may be lost: after one nothing is accepted."""

        def called(_engine, event, _user):
            try:
                handler(self, event_of(event))
            except BaseException as problem:
                self.raised = self.raised or problem
                self.fail()

        return called


class Server(Engine):
    def __init__(self, hostname, **options):
        super().__init__("server", hostname=hostname, **options)

    def accept(self):
        self.checked("accept")

    def decline(self):
        self.checked("decline")

    def reply(self, code, enhanced=0, text=b""):
        self.checked("reply", code, enhanced, text, len(text))

    def close(self):
        self.checked("close")

    def fail(self):
        """The host is in trouble: no to the open question; if there is none, 421 and the end."""
        if self.function("fail")(self.engine) < 0:
            self.close()


class Client(Engine):
    def __init__(self, hello, **options):
        super().__init__("client", hello=hello, **options)
        self.lent = None

    def submit(self, sender, **envelope):
        self.checked("submit", sized(abi.sansmtp_envelope, {"sender": sender, **envelope}))

    def recipient(self, mailbox, **recipient):
        self.checked("recipient", sized(abi.sansmtp_recipient, {"mailbox": mailbox, **recipient}))

    def recipients_end(self):
        self.checked("recipients_end")

    def body(self, octets, last):
        self.checked("body", octets, len(octets), last)
        self.lent = octets  # borrowed until the next want BODY, or the outcome

    def quit(self):
        self.checked("quit")

    def abort(self):
        self.checked("abort")

    def fail(self):
        """The host is in trouble: the message never ends."""
        self.abort()
