"""Made by generate.py from include/sansmtp/*.h; do not edit."""

from ctypes import CFUNCTYPE, POINTER, Structure
from ctypes import c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64
from ctypes import c_void_p

SANSMTP_READ = 1
SANSMTP_WRITE = 2
SANSMTP_REPLY = 4
SANSMTP_TLS = 8
SANSMTP_TURN = 16
SANSMTP_CLOSE = 32
SANSMTP_IDLE = 64
SANSMTP_RECIPIENT = 128
SANSMTP_BODY = 256
SANSMTP_ERR_ARGUMENT = -1
SANSMTP_ERR_MEMORY = -2
SANSMTP_ERR_OPTIONS = -3
SANSMTP_ERR_STATE = -4
SANSMTP_ERR_BUSY = -5
SANSMTP_ERR_TEXT = -6
SANSMTP_ERR_CODE = -7
SANSMTP_ERR_ROOM = -8
SANSMTP_ERR_GONE = -101
SANSMTP_ERR_EXPIRED = -102
SANSMTP_ERR_BUDGET = -103
SANSMTP_ERR_INJECTION = -104
SANSMTP_ERR_FRAMING = -105
SANSMTP_ERR_PIPELINING = -106
SANSMTP_ERR_PROTOCOL = -107
SANSMTP_ERR_REFUSED = -108
SANSMTP_ERR_TLS = -109
SANSMTP_ERR_AUTH = -110
SANSMTP_ERR_SYNTAX = -201
SANSMTP_ERR_LENGTH = -202
SANSMTP_ERR_NEEDS_8BITMIME = -301
SANSMTP_ERR_NEEDS_BINARYMIME = -302
SANSMTP_ERR_NEEDS_SMTPUTF8 = -303
SANSMTP_ERR_SIZE = -304
SANSMTP_ERR_NEEDS_REQUIRETLS = -305
SANSMTP_ERR_NEEDS_DELIVERBY = -306
SANSMTP_ERR_NEEDS_FUTURERELEASE = -307
SANSMTP_ERR_NEEDS_RRVS = -308
SANSMTP_ERR_NEEDS_CONPERM = -309
SANSMTP_ERR_NEEDS_VERB = -310
SANSMTP_ERR_LIMITS = -311
SANSMTP_VERB_UNKNOWN = 0
SANSMTP_VERB_MAIL = 1
SANSMTP_VERB_RCPT = 2
SANSMTP_VERB_DATA = 3
SANSMTP_VERB_BDAT = 4
SANSMTP_VERB_EHLO = 5
SANSMTP_VERB_HELO = 6
SANSMTP_VERB_LHLO = 7
SANSMTP_VERB_QUIT = 8
SANSMTP_VERB_RSET = 9
SANSMTP_VERB_NOOP = 10
SANSMTP_VERB_STARTTLS = 11
SANSMTP_VERB_AUTH = 12
SANSMTP_VERB_VRFY = 13
SANSMTP_VERB_EXPN = 14
SANSMTP_VERB_HELP = 15
SANSMTP_VERB_TURN = 16
SANSMTP_VERB_SEND = 17
SANSMTP_VERB_SOML = 18
SANSMTP_VERB_SAML = 19
SANSMTP_VERB_ETRN = 20
SANSMTP_VERB_ATRN = 21
SANSMTP_VERB_BURL = 22
SANSMTP_VERB_XCLIENT = 23
SANSMTP_VERB_XFORWARD = 24
SANSMTP_VERB_VERB = 25
SANSMTP_VERB_ONEX = 26
SANSMTP_EXTENSION_PIPELINING = 1
SANSMTP_EXTENSION_SIZE = 2
SANSMTP_EXTENSION_8BITMIME = 4
SANSMTP_EXTENSION_SMTPUTF8 = 8
SANSMTP_EXTENSION_CHUNKING = 16
SANSMTP_EXTENSION_BINARYMIME = 32
SANSMTP_EXTENSION_ENHANCEDSTATUSCODES = 64
SANSMTP_EXTENSION_DSN = 128
SANSMTP_EXTENSION_STARTTLS = 256
SANSMTP_EXTENSION_AUTH = 512
SANSMTP_EXTENSION_HELP = 1024
SANSMTP_EXTENSION_EXPN = 2048
SANSMTP_EXTENSION_DELIVERBY = 4096
SANSMTP_EXTENSION_FUTURERELEASE = 8192
SANSMTP_EXTENSION_MT_PRIORITY = 16384
SANSMTP_EXTENSION_REQUIRETLS = 32768
SANSMTP_EXTENSION_RRVS = 65536
SANSMTP_EXTENSION_LIMITS = 131072
SANSMTP_EXTENSION_CHECKPOINT = 262144
SANSMTP_EXTENSION_NO_SOLICITING = 524288
SANSMTP_EXTENSION_MTRK = 1048576
SANSMTP_EXTENSION_CONPERM = 2097152
SANSMTP_EXTENSION_CONNEG = 4194304
SANSMTP_EXTENSION_BURL = 8388608
SANSMTP_EXTENSION_ETRN = 16777216
SANSMTP_EXTENSION_ATRN = 33554432
SANSMTP_EXTENSION_PRDR = 67108864
SANSMTP_EXTENSION_PIPECONNECT = 134217728
SANSMTP_EXTENSION_XCLIENT = 268435456
SANSMTP_EXTENSION_XFORWARD = 536870912
SANSMTP_PARAMETER_SIZE = 0
SANSMTP_PARAMETER_BODY = 1
SANSMTP_PARAMETER_SMTPUTF8 = 2
SANSMTP_PARAMETER_RET = 3
SANSMTP_PARAMETER_ENVID = 4
SANSMTP_PARAMETER_AUTH = 5
SANSMTP_PARAMETER_NOTIFY = 6
SANSMTP_PARAMETER_ORCPT = 7
SANSMTP_PARAMETER_CONPERM = 8
SANSMTP_PARAMETER_CONNEG = 9
SANSMTP_PARAMETER_BY = 10
SANSMTP_PARAMETER_HOLDFOR = 11
SANSMTP_PARAMETER_HOLDUNTIL = 12
SANSMTP_PARAMETER_MT_PRIORITY = 13
SANSMTP_PARAMETER_REQUIRETLS = 14
SANSMTP_PARAMETER_RRVS = 15
SANSMTP_PARAMETER_TRANSID = 16
SANSMTP_PARAMETER_SOLICIT = 17
SANSMTP_PARAMETER_MTRK = 18
SANSMTP_PARAMETER_PRDR = 19
SANSMTP_PARAMETER_SUBMITTER = 20
SANSMTP_BODY_7BIT = 1
SANSMTP_BODY_8BITMIME = 2
SANSMTP_BODY_BINARYMIME = 3
SANSMTP_RET_FULL = 1
SANSMTP_RET_HDRS = 2
SANSMTP_NOTIFY_NEVER = 1
SANSMTP_NOTIFY_SUCCESS = 2
SANSMTP_NOTIFY_FAILURE = 4
SANSMTP_NOTIFY_DELAY = 8
SANSMTP_BY_RETURN = 1
SANSMTP_BY_NOTIFY = 2
SANSMTP_BY_TRACE = 4
SANSMTP_RRVS_REJECT = 1
SANSMTP_RRVS_CONTINUE = 2
SANSMTP_DOMAIN_NONE = 0
SANSMTP_DOMAIN_NAME = 1
SANSMTP_DOMAIN_IPV4 = 2
SANSMTP_DOMAIN_IPV6 = 3
SANSMTP_DOMAIN_GENERAL = 4
SANSMTP_DOMAIN_ODD = 5
SANSMTP_EVENT_CONNECT = 1
SANSMTP_EVENT_HELLO = 2
SANSMTP_EVENT_MAIL = 3
SANSMTP_EVENT_RECIPIENT = 4
SANSMTP_EVENT_DATA = 5
SANSMTP_EVENT_CHUNK = 6
SANSMTP_EVENT_END = 7
SANSMTP_EVENT_VERIFY = 8
SANSMTP_EVENT_EXPAND = 9
SANSMTP_EVENT_HELP = 10
SANSMTP_EVENT_STARTTLS = 11
SANSMTP_EVENT_AUTH = 12
SANSMTP_EVENT_RESPONSE = 13
SANSMTP_EVENT_UNKNOWN = 14
SANSMTP_EVENT_ETRN = 15
SANSMTP_EVENT_ATRN = 16
SANSMTP_EVENT_BURL = 17
SANSMTP_EVENT_XCLIENT = 18
SANSMTP_EVENT_XFORWARD = 19
SANSMTP_EVENT_BODY = 64
SANSMTP_EVENT_RESET = 65
SANSMTP_EVENT_INJECTION = 66
SANSMTP_EVENT_EARLY_TALKER = 67
SANSMTP_EVENT_LIMIT = 68
SANSMTP_EVENT_TRACE = 69
SANSMTP_EVENT_CLOSING = 70
SANSMTP_EVENT_CHALLENGE = 32
SANSMTP_EVENT_READY = 96
SANSMTP_EVENT_SENDER = 97
SANSMTP_EVENT_RESULT = 98
SANSMTP_EVENT_FINAL = 99
SANSMTP_EVENT_OUTCOME = 100
SANSMTP_EVENT_REFUSAL = 101
SANSMTP_EVENT_REPLY = 102
SANSMTP_EVENT_RESTART = 103
SANSMTP_FLAG_QUOTED = 1
SANSMTP_FLAG_UTF8 = 2
SANSMTP_FLAG_POSTMASTER = 4
SANSMTP_FLAG_SOURCE_ROUTE = 8
SANSMTP_FLAG_UNBRACKETED = 16
SANSMTP_FLAG_INITIAL = 32
SANSMTP_FLAG_SECRET = 64
SANSMTP_FLAG_BARE_CR = 128
SANSMTP_FLAG_BARE_LF = 256
SANSMTP_FLAG_CHUNKED = 512
SANSMTP_FLAG_TLS = 1024
SANSMTP_FLAG_AUTHENTICATED = 2048
SANSMTP_FLAG_LAST = 4096
SANSMTP_FLAG_ACCEPTED = 8192
SANSMTP_FLAG_CUT = 16384
SANSMTP_FLAG_ENOUGH = 32768
SANSMTP_REASON_QUIT = 1
SANSMTP_REASON_RSET = 2
SANSMTP_REASON_HELLO = 3
SANSMTP_REASON_GONE = 4
SANSMTP_REASON_EXPIRED = 5
SANSMTP_REASON_CLOSED = 6
SANSMTP_REASON_BUDGET = 7
SANSMTP_REASON_INJECTION = 8
SANSMTP_REASON_FRAMING = 9
SANSMTP_REASON_MESSAGE_SIZE = 10
SANSMTP_REASON_BARE_NEWLINE = 11
SANSMTP_REASON_NUL = 12
SANSMTP_REASON_CHUNK = 13
SANSMTP_REASON_BINARY = 14
SANSMTP_REASON_PIPELINING = 15
SANSMTP_REASON_PROTOCOL = 16
SANSMTP_REASON_TURN = 17
SANSMTP_OUTCOME_DELIVERED = 1
SANSMTP_OUTCOME_REFUSED = 2
SANSMTP_OUTCOME_LATER = 3
SANSMTP_OUTCOME_UNCERTAIN = 4
SANSMTP_LIMIT_ERRORS = 65
SANSMTP_LIMIT_UNKNOWN = 66
SANSMTP_LIMIT_IDLE_COMMANDS = 67
SANSMTP_LIMIT_REPETITIONS = 68
SANSMTP_LIMIT_VERIFICATIONS = 69
SANSMTP_LIMIT_AUTHENTICATIONS = 70
SANSMTP_LIMIT_RECIPIENTS = 71
SANSMTP_LIMIT_MESSAGES = 72
SANSMTP_LIMIT_MESSAGE_SIZE = 73
SANSMTP_LIMIT_LINE = 74
SANSMTP_LIMIT_AUTH_LINE = 75
SANSMTP_RECIPIENT_ALL = 4294967295
SANSMTP_TLS_INSUFFICIENT = 1
SANSMTP_TLS_VERIFIED = 2
SANSMTP_OWN_VALUE_NONE = 0
SANSMTP_OWN_VALUE_REQUIRED = 1
SANSMTP_OWN_VALUE_OPTIONAL = 2
SANSMTP_CLIENT_LMTP = 1
SANSMTP_CLIENT_IMPLICIT_TLS = 2
SANSMTP_CLIENT_AUTH_IN_CLEAR = 4
SANSMTP_CLIENT_AUTH_OPTIONAL = 8
SANSMTP_CLIENT_NO_PIPELINING = 16
SANSMTP_CLIENT_TRACE = 32
SANSMTP_CLIENT_TLS_NONE = 0
SANSMTP_CLIENT_TLS_OPPORTUNISTIC = 1
SANSMTP_CLIENT_TLS_REQUIRED = 2
SANSMTP_CLIENT_CHUNKING_AUTO = 0
SANSMTP_CLIENT_CHUNKING_OFF = 1
SANSMTP_CLIENT_NEWLINES_REFUSE = 0
SANSMTP_CLIENT_NEWLINES_NORMALISE = 1
SANSMTP_ENVELOPE_ALL_OR_NONE = 1
SANSMTP_ENVELOPE_UTF8 = 2
SANSMTP_ENVELOPE_REQUIRETLS = 4
SANSMTP_ENVELOPE_CONPERM = 8
SANSMTP_ENVELOPE_PRDR = 16
SANSMTP_ENVELOPE_NO_PRIORITY = 32
SANSMTP_ENVELOPE_URLS = 64
SANSMTP_URLS_IMAP = 1
SANSMTP_URLS_SOME = 2
SANSMTP_SERVER_LMTP = 1
SANSMTP_SERVER_IMPLICIT_TLS = 2
SANSMTP_SERVER_REQUIRE_TLS = 4
SANSMTP_SERVER_REQUIRE_AUTH = 8
SANSMTP_SERVER_AUTH_IN_CLEAR = 16
SANSMTP_SERVER_REFUSE_NUL = 32
SANSMTP_SERVER_STRICT_PIPELINING = 64
SANSMTP_SERVER_TRACE = 128
SANSMTP_SERVER_GONE_AFTER_521 = 256
SANSMTP_SERVER_SUBMISSION = 512
SANSMTP_LENIENT_TRAILING_SPACE = 1
SANSMTP_LENIENT_HELLO = 2
SANSMTP_LENIENT_LOCAL_PART = 4
SANSMTP_LENIENT_INITIAL = 8
SANSMTP_LENIENT_PATH_SPACE = 16
SANSMTP_LENIENT_BRACKETS = 32
SANSMTP_LENIENT_DOUBLE_SPACE = 64
SANSMTP_BARE_REFUSE = 0
SANSMTP_BARE_NORMALISE = 1
SANSMTP_BARE_PASS = 2
SANSMTP_SERVER_LINE = 1200
SANSMTP_SERVER_LINE_BASIC = 552
SANSMTP_SERVER_LINE_ALL = 2600
SANSMTP_HOPS_MAX = 100
SANSMTP_HEADER_FIELDS_MAX = 63
SANSMTP_HEADER_ENDED = 1
SANSMTP_HEADER_ODD = 2
SANSMTP_RELAY_DROP_ROUTES = 1
SANSMTP_RELAY_PLAIN_SIGNS = 2
SANSMTP_RELAY_LOCAL = 1
SANSMTP_RELAY_DOMAIN = 2
SANSMTP_RELAY_CLIENT = 3
SANSMTP_RELAY_DENIED = 4
SANSMTP_RELAY_ROUTED = 5
SANSMTP_RELAY_SYNTAX = 6
SANSMTP_RATE_CONNECTIONS = 0
SANSMTP_RATE_MESSAGES = 1
SANSMTP_RATE_RECIPIENTS = 2
SANSMTP_RATE_OCTETS = 3
SANSMTP_RATE_LIMIT_MAX = 1099511627776
SANSMTP_RATE_WINDOW_MAX = 4194304
SANSMTP_DSN_FAILED = 1
SANSMTP_DSN_DELAYED = 2
SANSMTP_DSN_DELIVERED = 4
SANSMTP_DSN_RELAYED = 8
SANSMTP_DSN_EXPANDED = 16
SANSMTP_DSN_NO = 0
SANSMTP_DSN_MAY = 1
SANSMTP_DSN_MUST = 2
SANSMTP_DSN_HEADER_8BIT = 1
SANSMTP_DSN_HEADER_NOT_UTF8 = 2
SANSMTP_DSN_HEADER_BINARY = 4
SANSMTP_DSN_HEADER_BOUNDARY = 8
SANSMTP_DSN_BODY_8BIT = 16
SANSMTP_DSN_BODY_BINARY = 32
SANSMTP_DSN_BODY_BOUNDARY = 64
SANSMTP_DSN_HEADER_ENDED = 128
SANSMTP_DSN_8BITMIME = 1
SANSMTP_DSN_SMTPUTF8 = 2
SANSMTP_DSN_UTF8_TEXT = 4
SANSMTP_DSN_GLOBAL = 8
SANSMTP_DSN_REQUIRETLS = 16
SANSMTP_DSN_OWN_TEXT = 32
SANSMTP_DSN_UNKNOWN_ZONE = 64
SANSMTP_DSN_LIMIT = 65536
SANSMTP_DSN_RETURN_NONE = 0
SANSMTP_DSN_RETURN_HEADER = 1
SANSMTP_DSN_RETURN_FULL = 2
SANSMTP_PROXY_V1_MAX = 107
SANSMTP_PROXY_LEAST = 232
SANSMTP_PROXY_ROOM = 536
SANSMTP_PROXY_MORE = 1
SANSMTP_PROXY_UNKNOWN = 0
SANSMTP_PROXY_IPV4 = 1
SANSMTP_PROXY_IPV6 = 2
SANSMTP_PROXY_LOCAL = 1
SANSMTP_PROXY_CHECKSUM = 2
SANSMTP_PROXY_ALPN = 1
SANSMTP_PROXY_AUTHORITY = 2
SANSMTP_PROXY_CRC32C = 3
SANSMTP_PROXY_NOOP = 4
SANSMTP_PROXY_UNIQUE_ID = 5
SANSMTP_PROXY_SSL = 32
SANSMTP_PROXY_NETNS = 48
SANSMTP_PROXY_SSL_VERSION = 33
SANSMTP_PROXY_SSL_CN = 34
SANSMTP_PROXY_SSL_CIPHER = 35
SANSMTP_PROXY_SSL_SIG_ALG = 36
SANSMTP_PROXY_SSL_KEY_ALG = 37
SANSMTP_PROXY_CLIENT_TLS = 1
SANSMTP_PROXY_CLIENT_CERT = 2
SANSMTP_PROXY_CLIENT_CERT_SESSION = 4
SANSMTP_RETRY_CONNECT = 1
SANSMTP_RETRY_GREETING = 2
SANSMTP_RETRY_HELLO = 3
SANSMTP_RETRY_STARTTLS = 4
SANSMTP_RETRY_TLS = 5
SANSMTP_RETRY_AUTH = 6
SANSMTP_RETRY_MAIL = 7
SANSMTP_RETRY_RCPT = 8
SANSMTP_RETRY_DATA = 9
SANSMTP_RETRY_BODY = 10
SANSMTP_RETRY_END = 11
SANSMTP_RETRY_THROUGH_TLS = 1
SANSMTP_RETRY_CREDENTIALS = 2
SANSMTP_RETRY_DELIVERED = 1
SANSMTP_RETRY_GO_ON = 2
SANSMTP_RETRY_AGAIN = 3
SANSMTP_RETRY_NEXT_HOST = 4
SANSMTP_RETRY_LATER = 5
SANSMTP_RETRY_AUTHENTICATE = 6
SANSMTP_RETRY_BOUNCE = 7
SANSMTP_RETRY_HOLD = 1
SANSMTP_RETRY_GREYLISTED = 2
SANSMTP_RETRY_UNCERTAIN = 4
SANSMTP_RETRY_NULL_SENDER = 1
SANSMTP_RETRY_BY_RETURN = 2
SANSMTP_RETRY_BY_NOTIFY = 4
SANSMTP_RETRY_EXPIRED = 8
SANSMTP_RETRY_TOLD = 16
SANSMTP_RETRY_TOLD_LATE = 32
SANSMTP_RETRY_ATTEMPT = 1
SANSMTP_RETRY_LAST = 2
SANSMTP_RETRY_GIVE_UP = 4
SANSMTP_RETRY_TELL_FAILED = 8
SANSMTP_RETRY_TELL_DELAYED = 16
SANSMTP_ROUTE_FOUND = 1
SANSMTP_ROUTE_NODATA = 2
SANSMTP_ROUTE_NXDOMAIN = 4
SANSMTP_ROUTE_SERVFAIL = 8
SANSMTP_ROUTE_TIMEOUT = 16
SANSMTP_ROUTE_BOGUS = 32
SANSMTP_ROUTE_ALIAS = 64
SANSMTP_ROUTE_SMART_HOSTS = 1
SANSMTP_ROUTE_NO_ALIASES = 2
SANSMTP_ROUTE_HELD_LAST = 4
SANSMTP_ROUTE_LOCAL = 8
SANSMTP_ROUTE_PUBLIC_ONLY = 16
SANSMTP_ROUTE_ORDER_RESOLVER = 0
SANSMTP_ROUTE_ORDER_INTERLEAVE = 1
SANSMTP_ROUTE_ORDER_IPV4_FIRST = 2
SANSMTP_ROUTE_ORDER_IPV6_FIRST = 3
SANSMTP_ROUTE_ORDER_IPV4_ONLY = 4
SANSMTP_ROUTE_ORDER_IPV6_ONLY = 5
SANSMTP_ROUTE_IMPLICIT = 1
SANSMTP_ROUTE_LAST = 2
SANSMTP_ROUTE_NO_RECORD = 4294967295
SANSMTP_ROUTE_HELD = 1
SANSMTP_ROUTE_TRY = 1
SANSMTP_ROUTE_LATER = 2
SANSMTP_ROUTE_BOUNCE = 3
SANSMTP_ROUTE_REASON_NXDOMAIN = 1
SANSMTP_ROUTE_REASON_NULL_MX = 2
SANSMTP_ROUTE_REASON_LITERAL = 3
SANSMTP_ROUTE_REASON_UNUSABLE = 4
SANSMTP_ROUTE_REASON_LOOP = 5
SANSMTP_ROUTE_REASON_DNS = 6
SANSMTP_ROUTE_REASON_BOGUS = 7
SANSMTP_ROUTE_REASON_HELD = 8
SANSMTP_ROUTE_REASON_CUT = 9
SANSMTP_ROUTE_REASON_SMART_HOSTS = 10
SANSMTP_ROUTE_MORE = 1
SANSMTP_ROUTE_HOLD_FIRST = 300
SANSMTP_ROUTE_HOLD_LONGEST = 1800
SANSMTP_SASL_LOGIN_START = 0
SANSMTP_SASL_LOGIN_NAME = 1
SANSMTP_SASL_LOGIN_PASSWORD = 2
SANSMTP_SASL_LOGIN_DONE = 3
SANSMTP_SASL_LOGIN_FAILED = 4
SANSMTP_DIGEST_MAX = 64
SANSMTP_SCRAM_PLUS = 1
SANSMTP_SCRAM_MEMORY = 4096
SANSMTP_SCRAM_RANDOM = 24
SANSMTP_SCRAM_NONCE = 32
SANSMTP_SCRAM_LOOKUP = 1
SANSMTP_SCRAM_CHALLENGE = 2
SANSMTP_SCRAM_DONE = 3
SANSMTP_STS_MAX_AGE = 31557600
SANSMTP_STS_TEXT_MAX = 65536
SANSMTP_STS_REFRESH = 86400
SANSMTP_STS_RETRY = 300
SANSMTP_STS_ID_LONGEST = 32
SANSMTP_STS_NONE = 0
SANSMTP_STS_TESTING = 1
SANSMTP_STS_ENFORCE = 2
SANSMTP_STS_CACHED = 1
SANSMTP_STS_FAILED = 2
SANSMTP_STS_USE = 1
SANSMTP_STS_FETCH = 2
SANSMTP_TLSA_DANE_TA = 2
SANSMTP_TLSA_DANE_EE = 3
SANSMTP_TLSA_CERTIFICATE = 0
SANSMTP_TLSA_KEY = 1
SANSMTP_TLSA_FULL = 0
SANSMTP_TLSA_SHA256 = 1
SANSMTP_TLSA_SHA512 = 2
SANSMTP_TLSA_LEAF = 1
SANSMTP_DNS_UNKNOWN = 0
SANSMTP_DNS_SECURE = 1
SANSMTP_DNS_INSECURE = 2
SANSMTP_DNS_FAILED = 3
SANSMTP_CHANNEL_REQUIRETLS = 1
SANSMTP_CHANNEL_NULL_SENDER = 2
SANSMTP_CHANNEL_TLS_OPTIONAL = 4
SANSMTP_CHANNEL_STS_NAMED = 8
SANSMTP_CHANNEL_CLEAR = 0
SANSMTP_CHANNEL_ENCRYPT = 1
SANSMTP_CHANNEL_PKIX = 2
SANSMTP_CHANNEL_DANE = 3
SANSMTP_CHANNEL_CONNECT = 1
SANSMTP_CHANNEL_LOOK_UP = 2
SANSMTP_CHANNEL_SKIP = 3
SANSMTP_CHANNEL_FINE = 0
SANSMTP_CHANNEL_DNS = 1
SANSMTP_CHANNEL_NOT_NAMED = 2
SANSMTP_CHANNEL_FORGEABLE = 3
SANSMTP_CHANNEL_NO_STARTTLS = 4
SANSMTP_CHANNEL_NO_TLS = 5
SANSMTP_CHANNEL_NOT_PROVEN = 6
SANSMTP_CHANNEL_NO_KEYWORD = 7
SANSMTP_CHANNEL_NAME_MX = 1
SANSMTP_CHANNEL_NAME_BASE = 2
SANSMTP_CHANNEL_NAME_NEXT_HOP = 4
SANSMTP_CHANNEL_OFFERED = 1
SANSMTP_CHANNEL_TLS = 2
SANSMTP_CHANNEL_PROVEN = 4
SANSMTP_CHANNEL_KEYWORD = 8
SANSMTP_CHANNEL_SEND = 1
SANSMTP_CHANNEL_SEND_CLEAR = 2
SANSMTP_CHANNEL_NEXT = 3
SANSMTP_RECEIVED_ESMTP = 1
SANSMTP_RECEIVED_LMTP = 2
SANSMTP_RECEIVED_TLS = 4
SANSMTP_RECEIVED_AUTH = 8
SANSMTP_RECEIVED_UTF8 = 16
SANSMTP_RECEIVED_UNKNOWN_ZONE = 32
SANSMTP_RECEIVED_MAX = 2048
SANSMTP_ACCEPT_UTF8 = 1
SANSMTP_ACCEPT_NULL = 2
SANSMTP_ACCEPT_POSTMASTER = 4
SANSMTP_ACCEPT_LONG_LOCAL = 8
SANSMTP_ACCEPT_UNBRACKETED = 16
SANSMTP_ACCEPT_ODD_NAME = 32
SANSMTP_VALUE_LONGEST = 500
SANSMTP_VALUE_PRESENT = 1
SANSMTP_VALUE_DECODED = 2
SANSMTP_VALUE_TRUSTED = 4
SANSMTP_VALUE_NEGATIVE = 8
SANSMTP_ATTRIBUTE_NAME = 0
SANSMTP_ATTRIBUTE_ADDR = 1
SANSMTP_ATTRIBUTE_PORT = 2
SANSMTP_ATTRIBUTE_PROTO = 3
SANSMTP_ATTRIBUTE_HELO = 4
SANSMTP_ATTRIBUTE_LOGIN = 5
SANSMTP_ATTRIBUTE_DESTADDR = 6
SANSMTP_ATTRIBUTE_DESTPORT = 7
SANSMTP_ATTRIBUTE_IDENT = 8
SANSMTP_ATTRIBUTE_SOURCE = 9
SANSMTP_ATTRIBUTE_UNAVAILABLE = 1
SANSMTP_ATTRIBUTE_TEMPORARY = 2


class sansmtp_span(Structure):
    _fields_ = [
        ("data", c_void_p),
        ("length", c_size_t),
    ]


class sansmtp_event(Structure):
    _fields_ = [
        ("type", c_uint32),
        ("verb", c_uint32),
        ("flags", c_uint32),
        ("reason", c_uint32),
        ("domain_kind", c_uint32),
        ("recipient", c_uint32),
        ("code", c_uint32),
        ("enhanced", c_uint32),
        ("taken", c_uint32),
        ("answered", c_uint32),
        ("accepted", c_uint32),
        ("reserved", c_uint32),
        ("parameters", c_uint64),
        ("number", c_uint64),
        ("text", sansmtp_span),
        ("data", sansmtp_span),
        ("path", sansmtp_span),
        ("local", sansmtp_span),
        ("domain", sansmtp_span),
        ("route", sansmtp_span),
        ("parameters_text", sansmtp_span),
    ]


class sansmtp_tls(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
    ]


class sansmtp_own_extension(Structure):
    _fields_ = [
        ("keyword", c_void_p),
        ("keyword_length", c_size_t),
        ("value", c_void_p),
        ("value_length", c_size_t),
        ("number", c_uint32),
        ("mail", c_uint32),
        ("rcpt", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_own_parameter(Structure):
    _fields_ = [
        ("keyword", c_void_p),
        ("keyword_length", c_size_t),
        ("number", c_uint32),
        ("verb", c_uint32),
        ("extension", c_uint32),
        ("value", c_uint32),
    ]


class sansmtp_own_verb(Structure):
    _fields_ = [
        ("word", c_void_p),
        ("word_length", c_size_t),
        ("syntax", c_void_p),
        ("syntax_length", c_size_t),
        ("number", c_uint32),
        ("extension", c_uint32),
    ]


class sansmtp_additions(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("extensions_count", c_uint32),
        ("parameters_count", c_uint32),
        ("verbs_count", c_uint32),
        ("extensions", POINTER(sansmtp_own_extension)),
        ("parameters", POINTER(sansmtp_own_parameter)),
        ("verbs", POINTER(sansmtp_own_verb)),
    ]


class sansmtp_client_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("tls", c_uint32),
        ("chunking", c_uint32),
        ("body_newlines", c_uint32),
        ("in_flight", c_uint32),
        ("hello", c_void_p),
        ("hello_length", c_size_t),
        ("mechanisms", c_void_p),
        ("mechanisms_length", c_size_t),
        ("line", c_uint32),
        ("output", c_uint32),
        ("reply_line", c_uint32),
        ("reply_lines", c_uint32),
        ("reply_octets", c_uint32),
        ("greeting_patience", c_uint32),
        ("patience", c_uint32),
        ("data_patience", c_uint32),
        ("body_patience", c_uint32),
        ("end_patience", c_uint32),
        ("reserved", c_uint32),
        ("additions", POINTER(sansmtp_additions)),
    ]


class sansmtp_own_value(Structure):
    _fields_ = [
        ("number", c_uint32),
        ("reserved", c_uint32),
        ("value", c_void_p),
        ("value_length", c_size_t),
    ]


class sansmtp_envelope(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("body", c_uint32),
        ("ret", c_uint32),
        ("message_size", c_uint64),
        ("sender", c_void_p),
        ("sender_length", c_size_t),
        ("envid", c_void_p),
        ("envid_length", c_size_t),
        ("auth", c_void_p),
        ("auth_length", c_size_t),
        ("transid", c_void_p),
        ("transid_length", c_size_t),
        ("solicit", c_void_p),
        ("solicit_length", c_size_t),
        ("mtrk", c_void_p),
        ("mtrk_length", c_size_t),
        ("own", POINTER(sansmtp_own_value)),
        ("own_count", c_uint32),
        ("deliver_by_mode", c_uint32),
        ("deliver_by", c_int32),
        ("priority", c_int32),
        ("hold_for", c_uint32),
        ("reserved", c_uint32),
        ("hold_until", c_uint64),
    ]


class sansmtp_recipient(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("notify", c_uint32),
        ("mailbox", c_void_p),
        ("mailbox_length", c_size_t),
        ("orcpt_type", c_void_p),
        ("orcpt_type_length", c_size_t),
        ("orcpt", c_void_p),
        ("orcpt_length", c_size_t),
        ("rrvs", c_void_p),
        ("rrvs_length", c_size_t),
        ("own", POINTER(sansmtp_own_value)),
        ("own_count", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_capabilities(Structure):
    _fields_ = [
        ("extensions", c_uint64),
        ("size", c_uint64),
        ("hold_until", c_uint64),
        ("hold_for", c_uint32),
        ("deliver_by", c_uint32),
        ("mechanisms", c_uint32),
        ("messages", c_uint32),
        ("recipients", c_uint32),
        ("domains", c_uint32),
        ("xclient", c_uint32),
        ("xforward", c_uint32),
        ("urls", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_server_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("leniency", c_uint32),
        ("bare_newlines", c_uint32),
        ("extensions", c_uint64),
        ("message_size", c_uint64),
        ("hostname", c_void_p),
        ("hostname_length", c_size_t),
        ("greeting", c_void_p),
        ("greeting_length", c_size_t),
        ("mechanisms", c_void_p),
        ("mechanisms_length", c_size_t),
        ("line", c_uint32),
        ("output", c_uint32),
        ("reply", c_uint32),
        ("recipients", c_uint32),
        ("messages", c_uint32),
        ("errors", c_uint32),
        ("unknown", c_uint32),
        ("idle_commands", c_uint32),
        ("repetitions", c_uint32),
        ("verifications", c_uint32),
        ("authentications", c_uint32),
        ("auth_line", c_uint32),
        ("patience", c_uint32),
        ("body_patience", c_uint32),
        ("progress", c_uint32),
        ("reserved", c_uint32),
        ("additions", POINTER(sansmtp_additions)),
        ("urls", c_void_p),
        ("urls_length", c_size_t),
        ("solicitations", c_void_p),
        ("solicitations_length", c_size_t),
        ("priorities", c_void_p),
        ("priorities_length", c_size_t),
        ("hold_until", c_uint64),
        ("hold_for", c_uint32),
        ("deliver_by", c_uint32),
        ("recipient_domains", c_uint32),
        ("reserved2", c_uint32),
    ]


class sansmtp_header(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("hops", c_uint32),
        ("fields", c_uint32),
        ("length", c_uint64),
        ("candidates", c_uint64),
        ("state", c_uint32),
        ("column", c_uint32),
        ("line", c_uint64),
    ]


class sansmtp_header_field(Structure):
    _fields_ = [
        ("name", sansmtp_span),
        ("value", sansmtp_span),
        ("count", c_uint32),
        ("reserved", c_uint32),
        ("matched", c_uint64),
    ]


class sansmtp_network(Structure):
    _fields_ = [
        ("length", c_uint32),
        ("bits", c_uint32),
        ("address", c_uint8 * 16),
    ]


class sansmtp_relay(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("local_domains", POINTER(sansmtp_span)),
        ("local_domain_count", c_size_t),
        ("relay_domains", POINTER(sansmtp_span)),
        ("relay_domain_count", c_size_t),
        ("own", POINTER(sansmtp_network)),
        ("own_count", c_size_t),
        ("networks", POINTER(sansmtp_network)),
        ("network_count", c_size_t),
    ]


class sansmtp_relay_request(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("client_address", sansmtp_span),
        ("path", sansmtp_span),
    ]


class sansmtp_relay_verdict(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("decision", c_uint32),
        ("code", c_uint32),
        ("enhanced", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
        ("text", sansmtp_span),
    ]


class sansmtp_rate_limit(Structure):
    _fields_ = [
        ("limit", c_uint64),
        ("window", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_rate_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("seed", c_uint64 * 2),
        ("limits", sansmtp_rate_limit * 4),
    ]


class sansmtp_dsn_scanned(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("boundary", sansmtp_span),
        ("length", c_uint64),
        ("header_length", c_uint64),
        ("last", c_uint32),
        ("line", c_uint32),
        ("matched", c_uint32),
        ("utf8", c_uint32),
    ]


class sansmtp_dsn_report(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("actions", c_uint32),
        ("ret", c_uint32),
        ("limit", c_uint64),
        ("seconds", c_int64),
        ("arrival", c_int64),
        ("offset_minutes", c_int32),
        ("reserved", c_uint32),
        ("returned", POINTER(sansmtp_dsn_scanned)),
        ("sender", sansmtp_span),
        ("reporting_mta", sansmtp_span),
        ("boundary", sansmtp_span),
        ("from", sansmtp_span),
        ("message_id", sansmtp_span),
        ("subject", sansmtp_span),
        ("in_reply_to", sansmtp_span),
        ("envelope_id", sansmtp_span),
        ("received_from", sansmtp_span),
        ("client_address", sansmtp_span),
    ]


class sansmtp_dsn_fate(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("action", c_uint32),
        ("status", c_uint32),
        ("code", c_uint32),
        ("enhanced", c_uint32),
        ("reserved", c_uint32),
        ("text", sansmtp_span),
        ("path", sansmtp_span),
        ("original", sansmtp_span),
        ("remote_mta", sansmtp_span),
        ("log_id", sansmtp_span),
        ("last_attempt", c_int64),
        ("will_retry_until", c_int64),
    ]


class sansmtp_dsn(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("step", c_uint32),
        ("flags", c_uint32),
        ("column", c_uint32),
        ("recipients", c_uint64),
        ("report", POINTER(sansmtp_dsn_report)),
        ("scan", sansmtp_dsn_scanned),
    ]


class sansmtp_proxy(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("version", c_uint32),
        ("family", c_uint32),
        ("flags", c_uint32),
        ("source_port", c_uint32),
        ("destination_port", c_uint32),
        ("source", c_uint8 * 16),
        ("destination", c_uint8 * 16),
        ("tlvs", sansmtp_span),
        ("length", c_uint64),
    ]


class sansmtp_proxy_ssl(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("client", c_uint32),
        ("verify", c_uint32),
        ("reserved", c_uint32),
        ("tlvs", sansmtp_span),
    ]


class sansmtp_retry_attempt(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("stage", c_uint32),
        ("error", c_int32),
        ("code", c_uint32),
        ("enhanced", c_uint32),
        ("accepted", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_retry_judgement(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("action", c_uint32),
        ("at_last", c_uint32),
        ("enhanced", c_uint32),
        ("flags", c_uint32),
    ]


class sansmtp_retry_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("growth", c_uint32),
        ("jitter", c_uint32),
        ("first", c_uint32),
        ("greylisted", c_uint32),
        ("longest", c_uint32),
        ("lifetime", c_uint64),
        ("bounce_lifetime", c_uint64),
        ("warn_after", c_uint64),
    ]


class sansmtp_retry(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("notify", c_uint32),
        ("attempts", c_uint32),
        ("arrived", c_uint64),
        ("next", c_uint64),
        ("hold_until", c_uint64),
        ("deliver_by", c_uint64),
    ]


class sansmtp_retry_plan(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("due", c_uint32),
        ("told", c_uint32),
        ("enhanced", c_uint32),
        ("when", c_uint64),
        ("by", c_int64),
    ]


class sansmtp_route_address(Structure):
    _fields_ = [
        ("octets", c_uint8 * 16),
        ("length", c_uint32),
    ]


class sansmtp_route_mx(Structure):
    _fields_ = [
        ("preference", c_uint32),
        ("reserved", c_uint32),
        ("target", sansmtp_span),
    ]


class sansmtp_route_failure(Structure):
    _fields_ = [
        ("address", sansmtp_route_address),
        ("failures", c_uint32),
        ("since", c_uint64),
        ("until", c_uint64),
    ]


class sansmtp_route(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("order", c_uint32),
        ("per_host", c_uint32),
        ("seed", c_uint64),
        ("now", c_uint64),
        ("domain", sansmtp_span),
        ("answers", c_uint32),
        ("reserved", c_uint32),
        ("mx", POINTER(sansmtp_route_mx)),
        ("mx_count", c_size_t),
        ("names", POINTER(sansmtp_span)),
        ("name_count", c_size_t),
        ("own", POINTER(sansmtp_route_address)),
        ("own_count", c_size_t),
        ("failures", POINTER(sansmtp_route_failure)),
        ("failure_count", c_size_t),
    ]


class sansmtp_route_host(Structure):
    _fields_ = [
        ("record", c_uint32),
        ("preference", c_uint32),
        ("flags", c_uint32),
        ("literal", sansmtp_route_address),
        ("name", sansmtp_span),
        ("answers", c_uint32),
        ("reserved", c_uint32),
        ("addresses", POINTER(sansmtp_route_address)),
        ("address_count", c_size_t),
    ]


class sansmtp_route_attempt(Structure):
    _fields_ = [
        ("host", c_uint32),
        ("index", c_uint32),
        ("flags", c_uint32),
        ("address", sansmtp_route_address),
    ]


class sansmtp_route_result(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("verdict", c_uint32),
        ("reason", c_uint32),
        ("code", c_uint32),
        ("enhanced", c_uint32),
        ("flags", c_uint32),
        ("when", c_uint64),
        ("count", c_size_t),
    ]


class sansmtp_sasl_credentials(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("authzid", sansmtp_span),
        ("authcid", sansmtp_span),
        ("password", sansmtp_span),
    ]


class sansmtp_sasl_bearer(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("port", c_uint32),
        ("user", sansmtp_span),
        ("host", sansmtp_span),
        ("token", sansmtp_span),
    ]


class sansmtp_sasl_refusal(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("status", sansmtp_span),
        ("scope", sansmtp_span),
        ("configuration", sansmtp_span),
    ]


class sansmtp_hash(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("digest", c_uint32),
        ("user", c_void_p),
        ("hash", c_void_p),
        ("hmac", c_void_p),
        ("derive", c_void_p),
    ]


class sansmtp_scram_binding(Structure):
    _fields_ = [
        ("name", sansmtp_span),
        ("data", sansmtp_span),
    ]


class sansmtp_scram_options(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("hash", POINTER(sansmtp_hash)),
        ("nonce", sansmtp_span),
        ("bindings", POINTER(sansmtp_scram_binding)),
        ("binding_count", c_uint32),
        ("least_iterations", c_uint32),
        ("most_iterations", c_uint32),
        ("reserved", c_uint32),
        ("authzid", sansmtp_span),
        ("authcid", sansmtp_span),
        ("password", sansmtp_span),
    ]


class sansmtp_scram_record(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("iterations", c_uint32),
        ("salt", sansmtp_span),
        ("stored_key", sansmtp_span),
        ("server_key", sansmtp_span),
    ]


class sansmtp_sts_policy(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("mode", c_uint32),
        ("max_age", c_uint32),
        ("mx_count", c_uint32),
        ("text", sansmtp_span),
    ]


class sansmtp_sts_cache(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("fetched", c_int64),
        ("failed", c_int64),
        ("max_age", c_uint32),
        ("reserved", c_uint32),
        ("id", sansmtp_span),
    ]


class sansmtp_tlsa(Structure):
    _fields_ = [
        ("usage", c_uint32),
        ("selector", c_uint32),
        ("matching", c_uint32),
        ("reserved", c_uint32),
        ("data", sansmtp_span),
    ]


class sansmtp_tlsa_certificate(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("certificate", sansmtp_span),
        ("key", sansmtp_span),
        ("certificate_sha256", sansmtp_span),
        ("key_sha256", sansmtp_span),
        ("certificate_sha512", sansmtp_span),
        ("key_sha512", sansmtp_span),
    ]


class sansmtp_channel_facts(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("least", c_uint32),
        ("mx", c_uint32),
        ("address", c_uint32),
        ("tlsa", c_uint32),
        ("tlsa_count", c_uint32),
        ("tlsa_usable", c_uint32),
        ("sts", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_channel(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("action", c_uint32),
        ("level", c_uint32),
        ("names", c_uint32),
        ("sni", c_uint32),
        ("reason", c_uint32),
        ("report", c_uint32),
        ("enhanced", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class sansmtp_channel_verdict(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("action", c_uint32),
        ("reason", c_uint32),
        ("report", c_uint32),
        ("enhanced", c_uint32),
        ("parameter", c_uint32),
    ]


class sansmtp_received(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("hello", sansmtp_span),
        ("client_name", sansmtp_span),
        ("client_address", sansmtp_span),
        ("by", sansmtp_span),
        ("id", sansmtp_span),
        ("recipient", sansmtp_span),
        ("tls_cipher", sansmtp_span),
        ("tls_group", sansmtp_span),
        ("tls_cipher_number", c_uint32),
        ("offset_minutes", c_int32),
        ("seconds", c_int64),
    ]


class sansmtp_path(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("domain_kind", c_uint32),
        ("reserved", c_uint32),
        ("raw", sansmtp_span),
        ("local", sansmtp_span),
        ("domain", sansmtp_span),
        ("route", sansmtp_span),
        ("address", c_uint8 * 16),
    ]


class sansmtp_parameter(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("number", c_uint64),
        ("second", c_uint64),
        ("raw", sansmtp_span),
        ("type", sansmtp_span),
        ("text", c_void_p),
        ("capacity", c_size_t),
        ("text_length", c_size_t),
    ]


class sansmtp_attribute(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("attribute", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
        ("position", c_size_t),
        ("text", c_void_p),
        ("capacity", c_size_t),
        ("text_length", c_size_t),
    ]


sansmtp_server_callback = CFUNCTYPE(None, c_void_p, POINTER(sansmtp_event), c_void_p)
sansmtp_client_callback = CFUNCTYPE(None, c_void_p, POINTER(sansmtp_event), c_void_p)


class sansmtp_server_callbacks(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("connect", sansmtp_server_callback),
        ("hello", sansmtp_server_callback),
        ("mail", sansmtp_server_callback),
        ("recipient", sansmtp_server_callback),
        ("data", sansmtp_server_callback),
        ("chunk", sansmtp_server_callback),
        ("end", sansmtp_server_callback),
        ("verify", sansmtp_server_callback),
        ("expand", sansmtp_server_callback),
        ("help", sansmtp_server_callback),
        ("starttls", sansmtp_server_callback),
        ("auth", sansmtp_server_callback),
        ("response", sansmtp_server_callback),
        ("unknown", sansmtp_server_callback),
        ("body", sansmtp_server_callback),
        ("reset", sansmtp_server_callback),
        ("injection", sansmtp_server_callback),
        ("early_talker", sansmtp_server_callback),
        ("limit", sansmtp_server_callback),
        ("trace", sansmtp_server_callback),
        ("closing", sansmtp_server_callback),
        ("etrn", sansmtp_server_callback),
        ("atrn", sansmtp_server_callback),
        ("burl", sansmtp_server_callback),
        ("xclient", sansmtp_server_callback),
        ("xforward", sansmtp_server_callback),
    ]


class sansmtp_client_callbacks(Structure):
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("challenge", sansmtp_client_callback),
        ("ready", sansmtp_client_callback),
        ("sender", sansmtp_client_callback),
        ("result", sansmtp_client_callback),
        ("final", sansmtp_client_callback),
        ("outcome", sansmtp_client_callback),
        ("refusal", sansmtp_client_callback),
        ("reply", sansmtp_client_callback),
        ("restart", sansmtp_client_callback),
        ("injection", sansmtp_client_callback),
        ("trace", sansmtp_client_callback),
        ("closing", sansmtp_client_callback),
        ("wants_message", sansmtp_client_callback),
        ("wants_recipient", sansmtp_client_callback),
        ("wants_body", sansmtp_client_callback),
    ]


FUNCTIONS = {
    "sansmtp_error_name": (c_char_p, [c_int]),
    "sansmtp_event_name": (c_char_p, [c_uint32]),
    "sansmtp_verb_name": (c_char_p, [c_uint32]),
    "sansmtp_extension_name": (c_char_p, [c_uint32]),
    "sansmtp_parameter_name": (c_char_p, [c_uint32]),
    "sansmtp_reason_name": (c_char_p, [c_uint32]),
    "sansmtp_limit_name": (c_char_p, [c_uint32]),
    "sansmtp_version": (c_char_p, []),
    "sansmtp_client_options_init": (c_int, [POINTER(sansmtp_client_options), c_size_t]),
    "sansmtp_client_memory": (c_size_t, [POINTER(sansmtp_client_options)]),
    "sansmtp_client_init": (c_int, [POINTER(c_void_p), c_void_p, c_size_t, POINTER(sansmtp_client_options)]),
    "sansmtp_client_next": (POINTER(sansmtp_event), [c_void_p, POINTER(sansmtp_span)]),
    "sansmtp_client_wants": (c_uint32, [c_void_p]),
    "sansmtp_client_error": (c_int, [c_void_p]),
    "sansmtp_client_extensions": (c_uint64, [c_void_p, POINTER(c_uint64)]),
    "sansmtp_client_capabilities": (c_int, [c_void_p, POINTER(sansmtp_capabilities), c_size_t]),
    "sansmtp_client_assume": (c_int, [c_void_p, POINTER(sansmtp_capabilities), c_size_t]),
    "sansmtp_client_question": (POINTER(sansmtp_event), [c_void_p]),
    "sansmtp_client_command": (c_int, [c_void_p, c_void_p, c_size_t]),
    "sansmtp_client_submit": (c_int, [c_void_p, POINTER(sansmtp_envelope)]),
    "sansmtp_client_recipient": (c_int, [c_void_p, POINTER(sansmtp_recipient)]),
    "sansmtp_client_withdraw": (c_int, [c_void_p]),
    "sansmtp_client_recipients_end": (c_int, [c_void_p]),
    "sansmtp_client_body": (c_int, [c_void_p, c_void_p, c_size_t, c_int]),
    "sansmtp_client_burl": (c_int, [c_void_p, c_void_p, c_size_t, c_int]),
    "sansmtp_client_respond": (c_int, [c_void_p, c_void_p, c_size_t]),
    "sansmtp_client_cancel": (c_int, [c_void_p]),
    "sansmtp_client_quit": (c_int, [c_void_p]),
    "sansmtp_client_abort": (c_int, [c_void_p]),
    "sansmtp_client_output": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "sansmtp_client_vectors": (c_size_t, [c_void_p, POINTER(sansmtp_span), c_size_t]),
    "sansmtp_client_sent": (c_int, [c_void_p, c_size_t]),
    "sansmtp_client_secret": (c_int, [c_void_p]),
    "sansmtp_client_tls_started": (c_int, [c_void_p, POINTER(sansmtp_tls)]),
    "sansmtp_client_tls_failed": (c_int, [c_void_p]),
    "sansmtp_client_patience": (c_uint32, [c_void_p, POINTER(c_uint32)]),
    "sansmtp_client_expired": (c_int, [c_void_p]),
    "sansmtp_client_eof": (c_int, [c_void_p]),
    "sansmtp_server_options_init": (c_int, [POINTER(sansmtp_server_options), c_size_t]),
    "sansmtp_server_memory": (c_size_t, [POINTER(sansmtp_server_options)]),
    "sansmtp_server_init": (c_int, [POINTER(c_void_p), c_void_p, c_size_t, POINTER(sansmtp_server_options)]),
    "sansmtp_server_next": (POINTER(sansmtp_event), [c_void_p, POINTER(sansmtp_span)]),
    "sansmtp_server_wants": (c_uint32, [c_void_p]),
    "sansmtp_server_question": (POINTER(sansmtp_event), [c_void_p]),
    "sansmtp_server_error": (c_int, [c_void_p]),
    "sansmtp_server_accept": (c_int, [c_void_p]),
    "sansmtp_server_decline": (c_int, [c_void_p]),
    "sansmtp_server_fail": (c_int, [c_void_p]),
    "sansmtp_server_reply": (c_int, [c_void_p, c_uint32, c_uint32, c_void_p, c_size_t]),
    "sansmtp_server_reply_line": (c_int, [c_void_p, c_uint32, c_uint32, c_void_p, c_size_t]),
    "sansmtp_server_challenge": (c_int, [c_void_p, c_void_p, c_size_t]),
    "sansmtp_server_restart": (c_int, [c_void_p, c_uint64, c_uint32]),
    "sansmtp_server_lend": (c_int, [c_void_p, c_void_p, c_size_t]),
    "sansmtp_server_output": (c_void_p, [c_void_p, POINTER(c_size_t)]),
    "sansmtp_server_sent": (c_int, [c_void_p, c_size_t]),
    "sansmtp_server_secret": (c_int, [c_void_p]),
    "sansmtp_server_allow": (c_int, [c_void_p, c_uint64, c_int]),
    "sansmtp_server_tls_started": (c_int, [c_void_p, POINTER(sansmtp_tls)]),
    "sansmtp_server_patience": (c_uint32, [c_void_p, POINTER(c_uint32)]),
    "sansmtp_server_expired": (c_int, [c_void_p]),
    "sansmtp_server_close": (c_int, [c_void_p]),
    "sansmtp_server_eof": (c_int, [c_void_p]),
    "sansmtp_server_pause": (c_int, [c_void_p]),
    "sansmtp_server_resume": (c_int, [c_void_p]),
    "sansmtp_server_run": (c_int, [c_void_p, POINTER(sansmtp_span), POINTER(sansmtp_server_callbacks), c_void_p]),
    "sansmtp_client_run": (c_int, [c_void_p, POINTER(sansmtp_span), POINTER(sansmtp_client_callbacks), c_void_p]),
    "sansmtp_header_read": (c_int, [POINTER(sansmtp_header), POINTER(sansmtp_header_field), c_size_t, c_void_p, c_size_t]),
    "sansmtp_header_end": (c_int, [POINTER(sansmtp_header), POINTER(sansmtp_header_field), c_size_t]),
    "sansmtp_network_parse": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_network)]),
    "sansmtp_network_contains": (c_int, [POINTER(sansmtp_network), c_size_t, c_void_p, c_size_t]),
    "sansmtp_domain_listed": (c_int, [POINTER(sansmtp_span), c_size_t, c_void_p, c_size_t]),
    "sansmtp_relay_decide": (c_int, [POINTER(sansmtp_relay), POINTER(sansmtp_relay_request), POINTER(sansmtp_relay_verdict)]),
    "sansmtp_rate_memory": (c_size_t, [c_uint32]),
    "sansmtp_rate_init": (c_int, [POINTER(c_void_p), c_void_p, c_size_t, POINTER(sansmtp_rate_options)]),
    "sansmtp_rate_address": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_span)]),
    "sansmtp_rate_take": (c_int, [c_void_p, c_void_p, c_size_t, c_uint32, c_uint64, c_int64, POINTER(c_uint64)]),
    "sansmtp_rate_give": (c_int, [c_void_p, c_void_p, c_size_t, c_uint32, c_uint64, c_int64]),
    "sansmtp_dsn_wanted": (c_int, [c_void_p, c_size_t, c_uint32, c_uint32, c_int]),
    "sansmtp_dsn_mailbox": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_span)]),
    "sansmtp_dsn_boundary_check": (c_int, [c_void_p, c_size_t]),
    "sansmtp_dsn_scan": (c_int, [POINTER(sansmtp_dsn_scanned), c_void_p, c_size_t]),
    "sansmtp_dsn_returns": (c_int, [POINTER(sansmtp_dsn_report)]),
    "sansmtp_dsn_begin": (c_int, [POINTER(sansmtp_dsn), POINTER(sansmtp_dsn_report), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_text": (c_int, [POINTER(sansmtp_dsn), c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_explain": (c_int, [POINTER(sansmtp_dsn), POINTER(sansmtp_dsn_fate), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_field": (c_int, [POINTER(sansmtp_dsn), c_void_p, c_size_t, c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_recipient": (c_int, [POINTER(sansmtp_dsn), POINTER(sansmtp_dsn_fate), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_original": (c_int, [POINTER(sansmtp_dsn), POINTER(sansmtp_span), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_end": (c_int, [POINTER(sansmtp_dsn), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_dsn_needs": (c_uint64, [POINTER(sansmtp_dsn)]),
    "sansmtp_proxy_read": (c_int, [c_void_p, c_size_t, c_size_t, POINTER(sansmtp_proxy)]),
    "sansmtp_proxy_write": (c_int, [POINTER(sansmtp_proxy), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_proxy_tlv_next": (c_int, [POINTER(sansmtp_span), POINTER(c_uint32), POINTER(sansmtp_span)]),
    "sansmtp_proxy_tlv_write": (c_int, [c_uint32, POINTER(sansmtp_span), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_proxy_ssl_read": (c_int, [POINTER(sansmtp_span), POINTER(sansmtp_proxy_ssl)]),
    "sansmtp_retry_judge": (c_int, [POINTER(sansmtp_retry_attempt), POINTER(sansmtp_retry_judgement)]),
    "sansmtp_retry_action_name": (c_char_p, [c_uint32]),
    "sansmtp_retry_options_init": (c_int, [POINTER(sansmtp_retry_options), c_size_t]),
    "sansmtp_retry_due": (c_int, [POINTER(sansmtp_retry_options), POINTER(sansmtp_retry), c_uint64, POINTER(sansmtp_retry_plan)]),
    "sansmtp_retry_failed": (c_int, [POINTER(sansmtp_retry_options), POINTER(sansmtp_retry), c_uint32, c_uint64, c_uint64]),
    "sansmtp_route_hosts": (c_int, [POINTER(sansmtp_route), POINTER(sansmtp_route_host), c_size_t, POINTER(sansmtp_route_result)]),
    "sansmtp_route_attempts": (c_int, [POINTER(sansmtp_route), POINTER(sansmtp_route_host), c_size_t, POINTER(sansmtp_route_attempt), c_size_t, POINTER(sansmtp_route_result)]),
    "sansmtp_route_failed": (c_int, [POINTER(sansmtp_route_failure), c_size_t, POINTER(sansmtp_route_address), c_uint64, c_uint32, c_uint32]),
    "sansmtp_route_worked": (c_int, [POINTER(sansmtp_route_failure), c_size_t, POINTER(sansmtp_route_address)]),
    "sansmtp_route_held": (c_uint64, [POINTER(sansmtp_route_failure), c_size_t, POINTER(sansmtp_route_address), c_uint64]),
    "sansmtp_route_reason_name": (c_char_p, [c_uint32]),
    "sansmtp_sasl_plain_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_sasl_credentials)]),
    "sansmtp_sasl_plain_write": (c_int, [POINTER(sansmtp_sasl_credentials), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_sasl_login_next": (c_int, [POINTER(c_uint32), POINTER(sansmtp_span), POINTER(sansmtp_span)]),
    "sansmtp_sasl_login_answer": (c_int, [c_uint32, POINTER(sansmtp_sasl_credentials), POINTER(sansmtp_span)]),
    "sansmtp_sasl_external_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_span)]),
    "sansmtp_sasl_anonymous_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_span)]),
    "sansmtp_sasl_external_write": (c_int, [POINTER(sansmtp_span), POINTER(sansmtp_span)]),
    "sansmtp_sasl_anonymous_write": (c_int, [POINTER(sansmtp_span), POINTER(sansmtp_span)]),
    "sansmtp_sasl_bearer_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_sasl_bearer)]),
    "sansmtp_sasl_xoauth2_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_sasl_bearer)]),
    "sansmtp_sasl_bearer_write": (c_int, [POINTER(sansmtp_sasl_bearer), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_sasl_xoauth2_write": (c_int, [POINTER(sansmtp_sasl_bearer), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_sasl_name_decode": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_sasl_refusal_write": (c_int, [POINTER(sansmtp_sasl_refusal), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_sasl_refusal_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_sasl_refusal)]),
    "sansmtp_scram_nonce": (c_int, [c_void_p, c_void_p]),
    "sansmtp_scram_client_init": (c_int, [POINTER(c_void_p), c_void_p, c_size_t, POINTER(sansmtp_scram_options)]),
    "sansmtp_scram_client_next": (c_int, [c_void_p, POINTER(sansmtp_span), POINTER(sansmtp_span)]),
    "sansmtp_scram_verified": (c_int, [c_void_p]),
    "sansmtp_scram_derive": (c_int, [POINTER(sansmtp_hash), POINTER(sansmtp_span), POINTER(sansmtp_span), c_uint32, c_void_p, c_void_p]),
    "sansmtp_scram_server_init": (c_int, [POINTER(c_void_p), c_void_p, c_size_t, POINTER(sansmtp_scram_options)]),
    "sansmtp_scram_server_next": (c_int, [c_void_p, POINTER(sansmtp_span), POINTER(c_uint32), POINTER(sansmtp_span)]),
    "sansmtp_scram_server_record": (c_int, [c_void_p, POINTER(sansmtp_scram_record), POINTER(sansmtp_span)]),
    "sansmtp_scram_authzid": (c_int, [c_void_p, POINTER(sansmtp_span)]),
    "sansmtp_scram_end": (c_int, [c_void_p]),
    "sansmtp_cram_challenge": (c_int, [POINTER(sansmtp_span), POINTER(sansmtp_span), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_cram_answer": (c_int, [POINTER(sansmtp_hash), POINTER(sansmtp_span), POINTER(sansmtp_span), POINTER(sansmtp_span), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_cram_read": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_span), POINTER(sansmtp_span)]),
    "sansmtp_cram_check": (c_int, [POINTER(sansmtp_hash), POINTER(sansmtp_span), POINTER(sansmtp_span), POINTER(sansmtp_span)]),
    "sansmtp_txt_join": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_sts_txt_parse": (c_int, [POINTER(sansmtp_span), c_size_t, POINTER(sansmtp_span)]),
    "sansmtp_sts_policy_parse": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_sts_policy)]),
    "sansmtp_sts_name_matches": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t]),
    "sansmtp_sts_policy_names": (c_int, [POINTER(sansmtp_sts_policy), c_void_p, c_size_t]),
    "sansmtp_sts_cache_decide": (c_int, [POINTER(sansmtp_sts_cache), POINTER(sansmtp_span), c_int64]),
    "sansmtp_tlsa_parse": (c_int, [c_void_p, c_size_t, POINTER(sansmtp_tlsa)]),
    "sansmtp_tlsa_usable": (c_int, [POINTER(sansmtp_tlsa)]),
    "sansmtp_tlsa_name_write": (c_int, [c_void_p, c_size_t, c_uint32, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_tlsa_match": (c_int, [POINTER(sansmtp_tlsa), c_size_t, POINTER(sansmtp_tlsa_certificate)]),
    "sansmtp_channel_decide": (c_int, [POINTER(sansmtp_channel_facts), POINTER(sansmtp_channel)]),
    "sansmtp_channel_judge": (c_int, [POINTER(sansmtp_channel), c_uint32, POINTER(sansmtp_channel_verdict)]),
    "sansmtp_received_write": (c_int, [POINTER(sansmtp_received), c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_return_path_write": (c_int, [c_void_p, c_size_t, c_int, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_date_write": (c_int, [c_int64, c_int32, c_int, c_void_p, POINTER(c_size_t)]),
    "sansmtp_literal_write": (c_int, [c_void_p, c_size_t, c_void_p, POINTER(c_size_t)]),
    "sansmtp_path_parse": (c_int, [c_void_p, c_size_t, c_uint32, POINTER(sansmtp_path)]),
    "sansmtp_domain_parse": (c_int, [c_void_p, c_size_t, c_uint32, POINTER(c_uint32), c_void_p]),
    "sansmtp_local_decode": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_mailbox_equal": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t]),
    "sansmtp_xtext_decode": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_xtext_encode": (c_int, [c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t)]),
    "sansmtp_parameter_get": (c_int, [POINTER(sansmtp_event), c_uint32, POINTER(sansmtp_parameter)]),
    "sansmtp_parameter_find": (c_int, [POINTER(sansmtp_event), c_void_p, c_size_t, POINTER(sansmtp_span)]),
    "sansmtp_attribute_next": (c_int, [POINTER(sansmtp_event), POINTER(sansmtp_attribute)]),
}
