#include "ends.h"

#include <stdio.h>
#include <string.h>

/* A dumb, strict client, written from RFC 5321 alone: one command at a time, every reply looked at
 * octet by octet. */

enum step { GREETING, HELLO, MAIL, RCPT, DATA, TEXT, RSET, QUIT, GONE };

static struct strict_client {
    struct books *books;
    enum step step;
    uint32_t message, recipient; /* asked about now */
    bool accepted[RECIPIENTS_MOST], any, mail;
    char line[512]; /* of a reply */
    size_t length;
    unsigned code; /* of the lines so far; 0: a reply begins */
    size_t out_length, out_from;
    char out[3 * BODY_MOST];
} me;

static void add(const void *octets, size_t length)
{
    memcpy(me.out + me.out_length, octets, length);
    me.out_length += length;
}

static void say(enum step step, const char *format, unsigned number)
{
    int length = snprintf(me.out, sizeof(me.out), format, number);

    me.out_from = 0;
    me.out_length = (size_t)length;
    me.step = step;
}

/* Sets the fate of all who wait for one. */
static void settle(enum fate fate)
{
    for (uint32_t r = 0; r < me.books->script->recipients; r++) {
        if (me.accepted[r] && !books_settled(me.books, me.message, r)) {
            books_fate(me.books, me.message, r, fate);
        }
    }
    memset(me.accepted, 0, sizeof(me.accepted));
    me.mail = false;
    me.books->closed = true;
}

static bool find(uint32_t from)
{
    for (me.recipient = from; me.recipient < me.books->script->recipients; me.recipient++) {
        if (!books_settled(me.books, me.message, me.recipient)) {
            return true;
        }
    }
    return false;
}

static void next_message(uint32_t message)
{
    for (me.message = message; me.message < me.books->script->messages; me.message++) {
        if (find(0)) {
            me.any = false;
            me.mail = true;
            me.books->closed = false;
            say(MAIL, "MAIL FROM:<m%u@client.example>\r\n", me.message);
            return;
        }
    }
    say(QUIT, "QUIT\r\n", 0);
}

/* RFC 5321 4.5.2: a dot in front of each line that begins with one. */
static void say_text(void)
{
    static uint8_t body[BODY_MOST];
    size_t length = script_stored(me.books->script, me.message, body);

    say(TEXT, "", 0);
    for (size_t i = 0; i < length; i++) {
        if (body[i] == '.' && (i == 0 || body[i - 1] == '\n')) {
            add(".", 1);
        }
        add(body + i, 1);
    }
    add(".\r\n", 3);
}

static enum fate fate_of(unsigned code)
{
    return code < 400 ? FATE_DELIVERED : code < 500 ? FATE_LATER : FATE_REFUSED;
}

static void after_recipient(unsigned code)
{
    me.accepted[me.recipient] = code < 400;
    me.any = me.any || code < 400;
    books_result(me.books, me.message, me.recipient, code);
    if (find(me.recipient + 1)) {
        say(RCPT, "RCPT TO:<r%u@server.example>\r\n", me.recipient);
    } else if (me.any) {
        say(DATA, "DATA\r\n", 0);
    } else {
        settle(FATE_LATER);
        say(RSET, "RSET\r\n", 0);
    }
}

/* What each reply may be, if nothing fails, and what comes next. */
static void after(unsigned code)
{
    static const unsigned right[] = {220, 250, 250, 250, 354, 250, 250, 221, 0};

    if (code == 421) {
        settle(FATE_LATER);
        me.step = GONE;
    } else if (me.out_from != me.out_length) {
        books_break(me.books, "a reply that was not asked for");
    } else if (code != right[me.step] && ((me.step != RCPT && me.step != TEXT) || code < 400)) {
        books_break(me.books, "a reply that does not fit its command");
    } else if (me.step == GREETING) {
        say(HELLO, "EHLO client.example\r\n", 0);
    } else if (me.step == HELLO) {
        next_message(0);
    } else if (me.step == MAIL) {
        say(RCPT, "RCPT TO:<r%u@server.example>\r\n", me.recipient);
    } else if (me.step == RCPT) {
        after_recipient(code);
    } else if (me.step == DATA) {
        say_text();
    } else if (me.step == TEXT || me.step == RSET) {
        settle(fate_of(code));
        next_message(me.message + 1);
    } else {
        me.step = GONE;
    }
}

/* RFC 5321 4.2: three digits, a hyphen or a space, printable text; all lines have one code. */
static void reply_line(void)
{
    const char *line = me.line;
    unsigned code = (unsigned)((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));

    if (me.length < 6 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '5' ||
        line[2] < '0' || line[2] > '9' || (line[3] != ' ' && line[3] != '-') ||
        (me.code != 0 && me.code != code)) {
        books_break(me.books, "a reply line that is none");
    }
    me.code = line[3] == '-' ? code : 0;
    me.length = 0;
    if (me.code == 0) {
        after(code);
    }
}

static void octet(char octet)
{
    bool after_cr = me.length != 0 && me.line[me.length - 1] == '\r';

    if (octet != '\r' && octet != '\n' && (octet < ' ' || octet > '~')) {
        books_break(me.books, "a reply with an octet that is no text");
    }
    if (me.length == sizeof(me.line)) {
        books_break(me.books, "a reply line of more than 512 octets");
        me.length = 0;
    }
    me.line[me.length++] = octet;
    if ((octet == '\n') != after_cr) {
        books_break(me.books, "a bare CR or LF in a reply");
    }
    if (octet == '\n') {
        reply_line();
    }
}

static bool think(struct sansmtp_span *in)
{
    bool any = in->length != 0;

    for (; in->length != 0; in->data++, in->length--) {
        if (me.step != GONE) {
            octet((char)*in->data);
        }
    }
    return any;
}

static uint32_t wants(void)
{
    return me.step == GONE ? SANSMTP_CLOSE : SANSMTP_READ;
}

static const void *output(size_t *length)
{
    *length = me.step == GONE ? 0 : me.out_length - me.out_from;
    return me.out + me.out_from;
}

static int sent(size_t length)
{
    me.out_from += length;
    return 0;
}

/* RFC 1047: all of the text was sent, and no answer came. */
static int eof(void)
{
    bool doubt = me.step == TEXT && me.out_from == me.out_length;

    if (me.mail) {
        settle(doubt ? FATE_UNCERTAIN : FATE_LATER);
    }
    me.step = GONE;
    return 0;
}

void strict_client_begin(struct world *world, struct books *books)
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
    };

    memset(&me, 0, offsetof(struct strict_client, out));
    me.books = books;
    books->closed = true;
    world->ends[CLIENT].calls = &calls;
}
