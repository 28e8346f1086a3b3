#include "script.h"

#include <string.h>

const struct script scripts[] = {
    {"plain", 0, 1, 1, 150, 150, "y", "y"},
    {"no pipelining offered", SCRIPT_NO_PIPELINING, 1, 2, 150, 60, "y", "y"},
    {"one by one", SCRIPT_ONE_BY_ONE, 2, 2, 90, 40, "y", "y"},
    {"bdat", SCRIPT_CHUNKS, 1, 1, 150, 150, "y", "y"},
    {"bdat in chunks", SCRIPT_CHUNKS, 1, 2, 200, 33, "y", "y"},
    {"bdat one by one", SCRIPT_CHUNKS | SCRIPT_ONE_BY_ONE, 2, 2, 90, 40, "y", "y"},
    {"bdat with an empty last chunk", SCRIPT_CHUNKS | SCRIPT_EMPTY_LAST, 2, 1, 90, 50, "y", "y"},
    {"binary", SCRIPT_CHUNKS | SCRIPT_BINARY, 1, 1, 300, 64, "y", "y"},
    {"lmtp", SCRIPT_LMTP, 1, 3, 120, 120, "y", "y"},
    {"lmtp, mixed verdicts", SCRIPT_LMTP, 2, 5, 90, 50, "yyyny", "ynlyl"},
    {"lmtp by bdat, mixed verdicts", SCRIPT_LMTP | SCRIPT_CHUNKS, 2, 5, 90, 50, "yyyny", "ynlyl"},
    {"lmtp one by one", SCRIPT_LMTP | SCRIPT_ONE_BY_ONE, 1, 3, 90, 90, "y", "lyn"},
    {"starttls", SCRIPT_TLS, 1, 1, 100, 100, "y", "y"},
    {"auth", SCRIPT_AUTH, 1, 1, 100, 100, "y", "y"},
    {"starttls, auth, bdat", SCRIPT_TLS | SCRIPT_AUTH | SCRIPT_CHUNKS, 1, 2, 90, 50, "y", "y"},
    {"several messages", 0, 3, 2, 90, 50, "y", "y"},
    {"several messages by bdat", SCRIPT_CHUNKS, 3, 2, 90, 50, "y", "y"},
    {"several verdicts", 0, 3, 1, 60, 60, "y", "lny"},
    {"several verdicts by bdat", SCRIPT_CHUNKS, 3, 1, 60, 40, "y", "lny"},
    {"one refused in the middle", 0, 1, 3, 90, 90, "yny", "y"},
    {"one refused in the middle, bdat", SCRIPT_CHUNKS, 1, 3, 90, 60, "yny", "y"},
    {"one refused in the middle, lmtp", SCRIPT_LMTP, 1, 3, 90, 60, "yny", "y"},
    {"too many recipients", 0, 2, 4, 60, 60, "yyly", "y"},
    {"nobody, then somebody", 0, 2, 1, 60, 60, "ny", "y"},
    {"nobody, then somebody, bdat", SCRIPT_CHUNKS, 2, 1, 60, 40, "ny", "y"},
    {"nobody, then somebody, lmtp bdat", SCRIPT_CHUNKS | SCRIPT_LMTP, 2, 1, 60, 60, "ny", "y"},
    {"nobody, one by one", SCRIPT_ONE_BY_ONE, 3, 2, 60, 60, "nny", "y"},
    {"all or none", SCRIPT_ALL_OR_NONE, 2, 2, 60, 60, "yyn", "y"},
    {"all or none by bdat", SCRIPT_ALL_OR_NONE | SCRIPT_CHUNKS, 2, 2, 60, 40, "yyn", "y"},
    {"no CRLF at the end", SCRIPT_OPEN_END | SCRIPT_EMPTY_LAST, 2, 1, 71, 30, "y", "y"},
    {"no CRLF at the end, bdat", SCRIPT_OPEN_END | SCRIPT_CHUNKS, 2, 1, 71, 30, "y", "y"},
    {"empty", 0, 2, 1, 0, 1, "y", "y"},
    {"empty by bdat", SCRIPT_CHUNKS, 2, 1, 0, 1, "y", "y"},
    {"prdr", SCRIPT_PRDR, 2, 3, 60, 60, "y", "y"},
    {"prdr, mixed verdicts", SCRIPT_PRDR, 2, 5, 60, 50, "yyyny", "ynlyl"},
    {"prdr by bdat, mixed verdicts", SCRIPT_PRDR | SCRIPT_CHUNKS, 2, 5, 60, 50, "yyyny", "ynlyl"},
    {"prdr, nobody gets it", SCRIPT_PRDR, 1, 3, 60, 60, "y", "nln"},
    {"prdr one by one", SCRIPT_PRDR | SCRIPT_ONE_BY_ONE, 1, 2, 60, 60, "y", "yn"},
    {"two at a time", SCRIPT_LIMITS, 2, 5, 60, 60, "y", "y"},
    {"two at a time, one by one", SCRIPT_LIMITS | SCRIPT_ONE_BY_ONE, 1, 3, 60, 60, "y", "y"},
    {"two at a time, ahead by bdat", SCRIPT_LIMITS | SCRIPT_AHEAD | SCRIPT_CHUNKS, 1, 3, 60, 60,
     "y", "y"},
    {"ahead", SCRIPT_AHEAD, 2, 2, 60, 60, "y", "y"},
    {"ahead by bdat", SCRIPT_AHEAD | SCRIPT_CHUNKS, 2, 2, 90, 40, "yny", "y"},
    {"ahead, prdr", SCRIPT_AHEAD | SCRIPT_PRDR | SCRIPT_CHUNKS, 1, 3, 60, 60, "y", "yln"},
    {"checkpoint", SCRIPT_CHECKPOINT, 1, 1, 150, 50, "y", "y"},
    {"checkpoint one by one", SCRIPT_CHECKPOINT | SCRIPT_ONE_BY_ONE, 2, 2, 120, 40, "y", "y"},
    {"checkpoint by bdat", SCRIPT_CHECKPOINT | SCRIPT_CHUNKS, 1, 2, 200, 33, "y", "y"},
    {"checkpoint, refusals", SCRIPT_CHECKPOINT, 2, 3, 120, 60, "ynyl", "y"},
    {"checkpoint, refusals, bdat", SCRIPT_CHECKPOINT | SCRIPT_CHUNKS, 2, 3, 90, 30, "yny", "yn"},
    {"checkpoint, several verdicts", SCRIPT_CHECKPOINT, 3, 1, 90, 90, "y", "lny"},
    {"checkpoint, starttls, auth", SCRIPT_CHECKPOINT | SCRIPT_TLS | SCRIPT_AUTH, 1, 2, 90, 50, "y",
     "y"},
    {"checkpoint, two at a time", SCRIPT_CHECKPOINT | SCRIPT_LIMITS, 1, 3, 90, 50, "y", "y"},
    {"dots and 10 kB", SCRIPT_LONG, 1, 1, 10240, 1000, "y", "y"},
    {"10 kB by bdat", SCRIPT_LONG | SCRIPT_CHUNKS, 1, 1, 10240, 1000, "y", "y"},
    {"a thousand recipients", SCRIPT_LONG, 1, 1000, 60, 60, "yyyyyyyyyn", "y"},
    {"a thousand recipients, lmtp", SCRIPT_LONG | SCRIPT_LMTP, 1, 1000, 60, 60, "y", "yyyyyyyn"},
};

const size_t scripts_count = sizeof(scripts) / sizeof(scripts[0]);

/* Lines that a careless peer gets wrong: they come round and round, each message begins elsewhere.
 * The text is all that a strict peer may see: lines of at most 998 octets, no bare CR or LF. */
static const char *const lines[] = {
    ".\r\n",    "From: joe\r\n", "..\r\n",     "\r\n",     ". \r\n",
    ".x..\r\n", "QUIT\r\n",      "...\r\n",    "text\r\n", "a line that is not short at all\r\n",
    "\r\n",     "250 no\r\n",    "BDAT 5\r\n", "x.\r\n",   "RSET\r\n",
};

static size_t text_body(const struct script *script, uint32_t message, uint8_t *body)
{
    size_t used = 0;

    for (size_t i = message; used < script->body; i++) {
        const char *line = lines[i % (sizeof(lines) / sizeof(lines[0]))];
        size_t length = strlen(line);

        memcpy(body + used, line, length);
        used += length;
    }
    memset(body + script->body, 0, used - script->body);
    if (script->body >= 4 && (script->flags & SCRIPT_OPEN_END) == 0) {
        memcpy(body + script->body - 4, "o.\r\n", 4);
        if (body[script->body - 5] == '\r') {
            body[script->body - 5] = '.';
        }
    }
    if ((script->flags & SCRIPT_OPEN_END) != 0) {
        memcpy(body + script->body - 5, "end..", 5);
        if (body[script->body - 6] == '\r') {
            body[script->body - 6] = '.';
        }
    }
    return script->body;
}

size_t script_body(const struct script *script, uint32_t message, uint8_t *body)
{
    if ((script->flags & SCRIPT_BINARY) == 0) {
        return text_body(script, message, body);
    }
    for (size_t i = 0; i < script->body; i++) {
        body[i] = (uint8_t)(message + i * 7);
    }
    return script->body;
}

size_t script_stored(const struct script *script, uint32_t message, uint8_t *body)
{
    size_t length = script_body(script, message, body);

    if ((script->flags & SCRIPT_OPEN_END) != 0 && (script->flags & SCRIPT_CHUNKS) == 0) {
        memcpy(body + length, "\r\n", 2);
        length += 2;
    }
    return length;
}

char script_receives(const struct script *script, uint32_t message, uint32_t recipient)
{
    return script->receives[(message + recipient) % strlen(script->receives)];
}

char script_stores(const struct script *script, uint32_t message, uint32_t recipient)
{
    bool own = (script->flags & (SCRIPT_LMTP | SCRIPT_PRDR)) != 0;
    uint32_t place = message + (own ? recipient : 0);

    return script->stores[place % strlen(script->stores)];
}
