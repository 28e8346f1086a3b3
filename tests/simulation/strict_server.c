#include "ends.h"

#include <stdlib.h>
#include <string.h>

/* A dumb, strict server, written from RFC 5321, 2920 and 3030 alone: it reads lines, knows a few
 * commands in their one right form, and asserts of the client what it must do. It answers only when
 * nothing moves any more, so whoever does not wait where he must is found out. */

enum strict_state { GREETING, COMMANDS, TEXT, CHUNK, GOODBYE };

static struct strict_server {
    struct books *books;
    enum strict_state state;
    bool greeted, mail, last, must_wait; /* the last line ends a group: RFC 2920 3.1 */
    char line[1002];
    size_t length, chunk;
    char out[65536], held[65536]; /* to send; to send when nothing moves */
    size_t out_length, out_from, held_length;
} me;

static bool has(uint32_t flag)
{
    return (me.books->script->flags & flag) != 0;
}

static void hold(const char *reply)
{
    size_t length = strlen(reply);

    memcpy(me.held + me.held_length, reply, length);
    me.held_length += length;
}

static void odd(const char *rule)
{
    books_break(me.books, rule);
    hold("500 strict\r\n");
}

static bool starts(const char *with)
{
    return strncmp(me.line, with, strlen(with)) == 0;
}

/* "MAIL FROM:<local@domain>" and nothing else: no parameter was announced. */
static bool takes_path(const char *command, const char **local, size_t *length)
{
    const char *at = strchr(me.line, '@');

    if (!starts(command) || at == NULL || me.line[me.length - 1] != '>' ||
        strpbrk(me.line + strlen(command), " <") != NULL) {
        return false;
    }
    *local = me.line + strlen(command);
    *length = (size_t)(at - *local);
    return true;
}

static void store(void)
{
    char said = script_stores(me.books->script, me.books->message, 0);

    if (said == 'y') {
        books_store(me.books, EVERYONE);
    }
    hold(said == 'y' ? "250 stored\r\n" : said == 'n' ? "550 no\r\n" : "452\r\n");
    books_reset(me.books);
    me.mail = false;
}

static void mail(const char *local, size_t length)
{
    me.mail = true;
    books_mail(me.books, local, length);
    hold("250\r\n");
}

static void recipient(const char *local, size_t length)
{
    char said = script_receives(me.books->script, me.books->message,
                                books_number(me.books, local, length));

    books_rcpt(me.books, local, length, said == 'y' ? 250 : said == 'n' ? 550 : 452);
    hold(said == 'y'   ? "250 2.1.5 yes\r\n"
         : said == 'n' ? "550-no\r\n550 no\r\n"
                       : "452 4.5.3 too many\r\n");
}

/* RFC 3030 2: BDAT SP chunk-size [SP LAST]; the octets follow at once. */
static void chunk(void)
{
    char *end;

    me.chunk = strtoul(me.line + 5, &end, 10);
    me.last = strcmp(end, " LAST") == 0;
    me.state = CHUNK;
    if (end == me.line + 5 || (*end != 0 && !me.last)) {
        odd("BDAT is malformed");
    }
}

static void chunk_ends(void)
{
    me.state = COMMANDS;
    if (!me.mail || me.books->accepted_count == 0) {
        hold("503 nobody\r\n");
    } else if (me.last) {
        store();
    } else {
        hold("250 chunk\r\n");
    }
}

/* RFC 2920 3.1: a server may say 354 though nobody is there; an empty text has to follow. */
static void data(void)
{
    me.must_wait = true;
    if (me.books->accepted_count == 0 && me.books->message != 0) {
        hold("554 nobody\r\n");
    } else {
        me.state = TEXT;
        hold("354\r\n");
    }
}

static void command(void)
{
    const char *local;
    size_t length;

    me.must_wait = has(SCRIPT_NO_PIPELINING) || has(SCRIPT_ONE_BY_ONE);
    if (me.length + 2 > 512) {
        odd("a command line is longer than 512 octets");
    } else if (strcmp(me.line, "EHLO client.example") == 0 && !me.greeted) {
        me.greeted = me.must_wait = true;
        hold("250-strict.example at your service\r\n");
        hold(has(SCRIPT_NO_PIPELINING) ? "" : "250-PIPELINING\r\n");
        hold(has(SCRIPT_CHUNKS) ? "250-CHUNKING\r\n250 HELP\r\n" : "250 HELP\r\n");
    } else if (strcmp(me.line, "QUIT") == 0) {
        me.must_wait = true;
        me.state = GOODBYE;
        hold("221 strict.example\r\n");
    } else if (strcmp(me.line, "RSET") == 0) {
        me.mail = false;
        books_reset(me.books);
        hold("250\r\n");
    } else if (me.greeted && !me.mail && takes_path("MAIL FROM:<", &local, &length)) {
        mail(local, length);
    } else if (me.mail && takes_path("RCPT TO:<", &local, &length)) {
        recipient(local, length);
    } else if (me.mail && strcmp(me.line, "DATA") == 0) {
        data();
    } else if (me.mail && has(SCRIPT_CHUNKS) && starts("BDAT ")) {
        chunk();
    } else {
        odd("a command that this server does not know here");
    }
}

static void text_ends(void)
{
    if (me.books->accepted_count != 0) {
        store();
        return;
    }
    if (me.books->wrong || me.books->octets != 0) {
        books_break(me.books, "a text for nobody");
    }
    hold("554 nobody\r\n");
    me.mail = false;
}

/* RFC 5321 4.5.2: a line that is one dot ends the text; a dot before others is taken away. */
static void text(void)
{
    if (strcmp(me.line, ".") == 0) {
        me.state = COMMANDS;
        me.must_wait = true;
        text_ends();
        return;
    }
    me.line[me.length] = '\r';
    me.line[me.length + 1] = '\n';
    if (me.line[0] == '.') {
        books_body(me.books, me.line + 1, me.length + 1);
    } else {
        books_body(me.books, me.line, me.length + 2);
    }
}

static void octet(char octet)
{
    bool after_cr = me.length != 0 && me.line[me.length - 1] == '\r';

    if (me.state == CHUNK && me.chunk != 0) {
        me.chunk--;
        books_body(me.books, &octet, 1);
        return;
    }
    if (me.must_wait && me.held_length != 0) {
        books_break(me.books, "the client does not wait where it must");
    }
    if ((octet == '\n') != after_cr) {
        books_break(me.books, "a bare CR or LF");
    }
    if (me.length == sizeof(me.line) - 2) {
        books_break(me.books, "a line is longer than 1000 octets");
        me.length = 0;
    }
    me.line[me.length++] = octet;
    if (octet != '\n') {
        return;
    }
    me.length -= 2;
    me.line[me.length] = 0;
    if (me.state == TEXT) {
        text();
    } else {
        command();
    }
    me.length = 0;
}

static bool think(struct sansmtp_span *in)
{
    bool any = in->length != 0;

    for (; in->length != 0; in->data++, in->length--) {
        if (me.state == GREETING) {
            books_break(me.books, "the client speaks before the greeting");
        }
        octet((char)*in->data);
        if (me.state == CHUNK && me.chunk == 0) {
            chunk_ends();
        }
    }
    return any;
}

/* Nothing moves any more: whatever the client had to say, it has said. */
static bool idle(void)
{
    if (me.held_length == 0) {
        return false;
    }
    memcpy(me.out, me.held, me.held_length);
    me.out_from = 0;
    me.out_length = me.held_length;
    me.held_length = 0;
    me.state = me.state == GREETING ? COMMANDS : me.state;
    return true;
}

static uint32_t wants(void)
{
    if (me.state == GOODBYE && me.held_length == 0 && me.out_from == me.out_length) {
        return SANSMTP_CLOSE;
    }
    return SANSMTP_READ;
}

static const void *output(size_t *length)
{
    *length = me.out_length - me.out_from;
    return me.out + me.out_from;
}

static int sent(size_t length)
{
    me.out_from += length;
    return 0;
}

/* What is half there is nobody's. */
static int eof(void)
{
    me.state = GOODBYE;
    me.out_from = me.out_length;
    me.held_length = 0;
    return 0;
}

void strict_server_begin(struct world *world, struct books *books)
{
    static const struct end_calls calls = {
        .wants = wants,
        .think = think,
        .output = output,
        .sent = sent,
        .expired = eof,
        .eof = eof,
        .stop = eof,
        .tls_started = eof,
        .idle = idle,
    };

    memset(&me, 0, offsetof(struct strict_server, out));
    me.out_length = me.out_from = me.held_length = 0;
    me.books = books;
    hold("220 strict.example ESMTP\r\n");
    world->ends[SERVER].calls = &calls;
}
