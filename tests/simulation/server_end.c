#include "ends.h"

#include <sansmtp/server.h>
#include <sansmtp/wire.h>
#include <string.h>

#include "store.h"

/* Our server and its host: a store that takes a message when it is whole and says so, unless it is
 * to fail at this very question. */

static struct {
    struct world *world;
    struct books *books;
    const struct script *script;
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint8_t memory[SANSMTP_SERVER_MEMORY(SANSMTP_SERVER_LINE, 1024)];
    uint8_t local[64]; /* of the recipient that is asked for */
    size_t local_length;
    bool counted;                 /* the open question */
    uint32_t attempt;             /* CHECKPOINT: the name of the transaction, */
    struct kept *kept;            /* and what is kept of it; NULL: nothing */
    bool asked;                   /* of this message the host was asked for each recipient, */
    bool agreed[RECIPIENTS_MOST]; /* and said yes for these; they have it when it says so for all */
} me;

/* The code that the fault has for this question. */
static uint32_t fault_code(uint32_t question)
{
    bool credentials = question == SANSMTP_EVENT_AUTH || question == SANSMTP_EVENT_RESPONSE;

    if (me.world->fault.kind == FAULT_LEAVE) {
        return 421;
    }
    if (me.world->fault.kind == FAULT_TEMPORARY) {
        if (question == SANSMTP_EVENT_CONNECT) {
            return 421;
        }
        return credentials || question == SANSMTP_EVENT_STARTTLS ? 454 : 451;
    }
    if (question == SANSMTP_EVENT_CONNECT) {
        return 554;
    }
    return credentials ? 535 : 550;
}

static void yes(void)
{
    if (sansmtp_server_accept(me.server) != 0) {
        books_break(me.books, "accept() is refused");
    }
}

static void say(uint32_t code)
{
    if (sansmtp_server_reply(me.server, code, 0, NULL, 0) != 0) {
        books_break(me.books, "reply() is refused");
    }
}

static void note_recipient(uint32_t code)
{
    books_rcpt(me.books, me.local, me.local_length, code);
    if (code < 400 && me.kept != NULL) {
        kept_recipient(me.kept, books_number(me.books, me.local, me.local_length));
    }
}

/* PRDR: what is said for one recipient takes no responsibility yet. */
static char answer_for_one(uint32_t recipient)
{
    char said = script_stores(me.script, me.books->message, me.books->accepted[recipient]);

    me.asked = true;
    me.agreed[recipient] = said == 'y';
    return said;
}

/* And the answer for all, by which those have it for whom it was a yes. */
static char answer_for_all(void)
{
    for (uint32_t i = 0; i < me.books->accepted_count; i++) {
        if (me.agreed[i]) {
            books_store(me.books, i);
        }
    }
    return 'y';
}

/* What is done is not done again, but said again. */
static char answer_kept(const struct sansmtp_event *question)
{
    char said = script_stores(me.script, me.books->message, 0);

    if (question->number != me.books->expected_length) {
        books_break(me.books, "the octets of a message that went on are not counted right");
    }
    if (!me.kept->done && said == 'y') {
        books_store(me.books, EVERYONE);
    }
    me.kept->done = said == 'y';
    me.kept->known = me.kept->done;
    return said;
}

static char answer_end(uint32_t recipient)
{
    bool all = recipient == SANSMTP_RECIPIENT_ALL;
    bool own = (me.script->flags & SCRIPT_PRDR) != 0;
    char said;

    if (own && (!all || me.asked)) {
        return all ? answer_for_all() : answer_for_one(recipient);
    }
    /* Of a message with one recipient both answers are one. */
    said = script_stores(me.script, me.books->message,
                         all && !own ? 0 : me.books->accepted[all ? 0 : recipient]);
    if (said == 'y') {
        books_store(me.books, all ? EVERYONE : recipient);
    }
    return said;
}

static void answer_mail(void)
{
    uint32_t message = me.books->message;
    size_t offset;

    me.kept = kept_find(message, me.attempt);
    if (me.kept == NULL) {
        me.kept = kept_begin(message, me.attempt);
        yes();
        return;
    }
    offset = kept_resume(me.kept, me.books);
    if (sansmtp_server_restart(me.server, offset, me.kept->count) != 0) {
        books_break(me.books, "restart() is refused");
    }
}

/* What the host does by itself: the script's answer. */
static void answer(const struct sansmtp_event *question)
{
    uint32_t type = question->type;
    char said = 'y';

    if (type == SANSMTP_EVENT_RECIPIENT) {
        said = script_receives(me.script, me.books->message,
                               books_number(me.books, me.local, me.local_length));
        note_recipient(said == 'y' ? 250 : said == 'n' ? 550 : 452);
    } else if (type == SANSMTP_EVENT_END) {
        said = me.kept != NULL ? answer_kept(question) : answer_end(question->recipient);
    }
    if (type == SANSMTP_EVENT_MAIL && (me.script->flags & SCRIPT_CHECKPOINT) != 0) {
        answer_mail();
    } else if (said == 'y') {
        yes();
    } else {
        say(said == 'n' ? 550 : 452);
    }
}

static void fail_by_code(uint32_t type)
{
    uint32_t code = fault_code(type);

    if (type == SANSMTP_EVENT_RECIPIENT) {
        note_recipient(code);
    }
    say(code);
}

/* A decline is a yes to all but a recipient and an end. */
static void fail_by_default(uint32_t type)
{
    bool declines = me.world->fault.kind == FAULT_DECLINE;

    if (type == SANSMTP_EVENT_RECIPIENT) {
        note_recipient(declines ? 550 : 451);
    }
    if ((declines ? sansmtp_server_decline : sansmtp_server_fail)(me.server) != 0) {
        books_break(me.books, "decline() or fail() is refused");
    }
}

/* True: this question has met its fault. */
static bool meet_fault(const struct sansmtp_event *question, bool *open)
{
    enum fault_kind kind = me.world->fault.kind;
    uint32_t type = question->type;

    *open = false;
    if (me.world->questions != me.world->fault.at + 1) {
        return false;
    }
    if (kind == FAULT_CLOSE) {
        sansmtp_server_close(me.server);
    }
    *open = kind == FAULT_MUTE || (kind == FAULT_MUTE_THEN_YES && !me.world->ends[SERVER].told);
    if (kind == FAULT_DECLINE || kind == FAULT_FAIL) {
        fail_by_default(type);
        return true;
    }
    if (kind == FAULT_TEMPORARY || kind == FAULT_PERMANENT || kind == FAULT_LEAVE) {
        fail_by_code(type);
        return true;
    }
    return *open;
}

/* True: it was answered, or is put off. False: it stays open. */
static bool answer_open(const struct sansmtp_event *question)
{
    bool open;

    if (!me.counted) {
        me.counted = true;
        me.world->questions++;
    }
    if (world_puts_off(me.world)) {
        return true;
    }
    if (!meet_fault(question, &open)) {
        answer(question);
    }
    me.counted = open;
    return !open;
}

static void keep_local(const struct sansmtp_event *event)
{
    me.local_length = event->local.length < sizeof(me.local) ? event->local.length : 0;
    memcpy(me.local, event->local.data, me.local_length);
}

/* "<0.2@client.example>" is message 0, the third name. */
static void read_name(const struct sansmtp_event *event)
{
    struct sansmtp_parameter transid = {.size = sizeof(transid)};

    if (sansmtp_parameter_get(event, SANSMTP_PARAMETER_TRANSID, &transid) != 1 ||
        transid.raw.length < 4 || transid.raw.data[1] != '0' + me.books->message) {
        books_break(me.books, "a transaction without its name");
        return;
    }
    me.attempt = (uint32_t)(transid.raw.data[3] - '0');
}

static void on_mail(const struct sansmtp_event *event)
{
    books_mail(me.books, event->local.data, event->local.length);
    me.asked = false;
    memset(me.agreed, 0, sizeof(me.agreed));
    me.kept = NULL;
    if ((me.script->flags & SCRIPT_CHECKPOINT) != 0) {
        read_name(event);
    }
}

static void on_event(const struct sansmtp_event *event)
{
    switch (event->type) {
    case SANSMTP_EVENT_MAIL:
        on_mail(event);
        break;
    case SANSMTP_EVENT_RECIPIENT:
        keep_local(event);
        break;
    case SANSMTP_EVENT_BODY:
        books_body(me.books, event->data.data, event->data.length);
        if (me.kept != NULL) {
            kept_octets(me.kept, event->data.length);
        }
        break;
    case SANSMTP_EVENT_RESET:
        books_reset(me.books);
        me.kept = NULL;
        break;
    case SANSMTP_EVENT_AUTH:
        if (event->data.length != 11 || memcmp(event->data.data, "\0joe\0secret", 11) != 0) {
            books_break(me.books, "the credentials are not what was sent");
        }
        break;
    case SANSMTP_EVENT_LIMIT:
        /* A thousand recipients behind a sender who was refused are a thousand errors. */
        if (me.world->fault.kind < FAULT_DECLINE) {
            books_break(me.books, "our client reaches a limit");
        }
        break;
    case SANSMTP_EVENT_INJECTION:
    case SANSMTP_EVENT_EARLY_TALKER:
    case SANSMTP_EVENT_UNKNOWN:
        books_break(me.books, "our client does what a client must not do");
        break;
    default:
        break;
    }
}

static bool think(struct sansmtp_span *in)
{
    const struct sansmtp_event *event;
    bool done = false;

    for (;;) {
        const struct sansmtp_event *question = sansmtp_server_question(me.server);

        if (question != NULL) {
            bool answered = answer_open(question);

            if (!answered || sansmtp_server_question(me.server) != NULL) {
                return answered || done;
            }
            done = true;
        }
        event = sansmtp_server_next(me.server, in);
        if (event == NULL) {
            return done;
        }
        on_event(event);
        done = true;
    }
}

static uint32_t wants(void)
{
    return sansmtp_server_wants(me.server);
}

static const void *output(size_t *length)
{
    return sansmtp_server_output(me.server, length);
}

static int sent(size_t length)
{
    return sansmtp_server_sent(me.server, length);
}

static uint32_t patience(void)
{
    return sansmtp_server_patience(me.server, NULL);
}

static int expired(void)
{
    return sansmtp_server_expired(me.server);
}

static int eof(void)
{
    return sansmtp_server_eof(me.server);
}

static int stop(void)
{
    return sansmtp_server_close(me.server);
}

static int tls_started(void)
{
    struct sansmtp_tls tls = {sizeof(tls), 0};

    return sansmtp_server_tls_started(me.server, &tls);
}

static void set_options(void)
{
    uint32_t flags = me.script->flags;
    bool tls = (flags & SCRIPT_TLS) != 0;

    sansmtp_server_options_init(&me.options, sizeof(me.options));
    me.options.hostname = "server.example";
    me.options.hostname_length = 14;
    me.options.extensions = SANSMTP_EXTENSION_SIZE | SANSMTP_EXTENSION_8BITMIME |
                            SANSMTP_EXTENSION_ENHANCEDSTATUSCODES | SANSMTP_EXTENSION_PIPELINING;
    if ((flags & SCRIPT_NO_PIPELINING) != 0) {
        me.options.extensions &= ~SANSMTP_EXTENSION_PIPELINING;
    }
    if ((flags & SCRIPT_CHUNKS) != 0) {
        me.options.extensions |= SANSMTP_EXTENSION_CHUNKING | SANSMTP_EXTENSION_BINARYMIME;
    }
    me.options.extensions |= (flags & SCRIPT_PRDR) != 0 ? SANSMTP_EXTENSION_PRDR : 0;
    me.options.extensions |= (flags & SCRIPT_CHECKPOINT) != 0 ? SANSMTP_EXTENSION_CHECKPOINT : 0;
    me.options.extensions |= (flags & SCRIPT_AHEAD) != 0 ? SANSMTP_EXTENSION_PIPECONNECT : 0;
    if ((flags & SCRIPT_LIMITS) != 0) {
        me.options.extensions |= SANSMTP_EXTENSION_LIMITS;
        me.options.recipients = 2;
    }
    me.options.extensions |= tls ? SANSMTP_EXTENSION_STARTTLS : 0;
    me.options.flags = ((flags & SCRIPT_LMTP) != 0 ? SANSMTP_SERVER_LMTP : 0) |
                       SANSMTP_SERVER_STRICT_PIPELINING |
                       (tls ? SANSMTP_SERVER_REQUIRE_TLS : SANSMTP_SERVER_AUTH_IN_CLEAR);
    if ((flags & SCRIPT_AUTH) != 0) {
        me.options.extensions |= SANSMTP_EXTENSION_AUTH;
        me.options.flags |= SANSMTP_SERVER_REQUIRE_AUTH;
        me.options.mechanisms = "PLAIN";
        me.options.mechanisms_length = 5;
    }
}

void server_begin(struct world *world, struct books *books)
{
    static const struct end_calls calls = {
        .wants = wants,
        .think = think,
        .output = output,
        .sent = sent,
        .patience = patience,
        .expired = expired,
        .eof = eof,
        .stop = stop,
        .tls_started = tls_started,
    };

    me.world = world;
    me.books = books;
    me.script = books->script;
    me.counted = false;
    me.kept = NULL;
    set_options();
    if (sansmtp_server_init(&me.server, me.memory, sizeof(me.memory), &me.options) != 0) {
        books_break(books, "the server cannot begin");
    }
    world->ends[SERVER].calls = &calls;
}
