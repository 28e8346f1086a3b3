#include "contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dialogue.h"

/* What came after the first version of the options: what init refuses of it, and that a host of the
 * first version is served as ever. */

static int begin(const struct sansmtp_server_options *options)
{
    static uint8_t block[200000];
    struct sansmtp_server *server = NULL;
    int error = sansmtp_server_init(&server, block, sizeof(block), options);

    assert_int_equal(server != NULL, error == 0);
    assert_int_equal(sansmtp_server_memory(options) != 0, error == 0);
    return error;
}

#define CHANGED(change, error)                    \
    do {                                          \
        struct sansmtp_server_options options;    \
        dialogue_options(&options);               \
        change;                                   \
        assert_int_equal(begin(&options), error); \
    } while (0)

#define REFUSED(change) CHANGED(change, SANSMTP_ERR_OPTIONS)
#define TAKEN(change)   CHANGED(change, 0)

#define SUBMITS(bits)          (options.flags |= SANSMTP_SERVER_SUBMISSION, options.extensions |= (bits))
#define OFFERS(bits)           (options.extensions |= (bits))
#define HOLDS(how_long, until) (options.hold_for = (how_long), options.hold_until = (until))
#define TEXT(member, text)     (options.member = (text), options.member##_length = sizeof(text) - 1)

#define FIRST offsetof(struct sansmtp_server_options, additions)

/* Nothing behind its end is looked at: it is full of rubbish. */
void contract_later_first_version(void **state)
{
    for (size_t size = FIRST; size < FIRST + 8; size++) {
        struct dialogue dialogue;
        struct sansmtp_server_options options;

        memset(&options, 0xa5, sizeof(options));
        assert_int_equal(sansmtp_server_options_init(&options, size), 0);
        options.hostname = HOSTNAME;
        options.hostname_length = sizeof(HOSTNAME) - 1;
        options.extensions |= SANSMTP_EXTENSION_DELIVERBY | SANSMTP_EXTENSION_LIMITS |
                              SANSMTP_EXTENSION_MT_PRIORITY | SANSMTP_EXTENSION_NO_SOLICITING;
        dialogue_open(&dialogue, &options);
        dialogue_exchange(&dialogue, SAY_HELLO "HELP\r\nXPING\r\nMAIL FROM:<a@b> BY=1;R\r\n");
        assert_true(dialogue_sent(&dialogue, "250-DELIVERBY\r\n"));
        assert_true(dialogue_sent(&dialogue, "250-MT-PRIORITY\r\n"));
        assert_true(dialogue_sent(&dialogue, "250-LIMITS RCPTMAX=1000\r\n"));
        assert_true(dialogue_sent(&dialogue, "250 NO-SOLICITING\r\n"));
        assert_true(dialogue_sent(&dialogue, "250 2.1.0 Sender ok\r\n"));
        dialogue_close(&dialogue);
    }
    (void)state;
    CHANGED(options.size = (uint32_t)FIRST - 1, SANSMTP_ERR_ARGUMENT);
    CHANGED(options.size = (uint32_t)FIRST + 8, SANSMTP_ERR_ARGUMENT);
    /* What needs a later member cannot be had with the first version. */
    REFUSED((options.size = (uint32_t)FIRST, SUBMITS(SANSMTP_EXTENSION_BURL), TEXT(urls, "imap")));
    REFUSED(
        (options.size = (uint32_t)FIRST, SUBMITS(SANSMTP_EXTENSION_FUTURERELEASE), HOLDS(60, 60)));
}

/* 4865-4.2-a, 4468-3.1-a, 6409-7-b */
void contract_later_submission(void **state)
{
    (void)state;
    REFUSED((OFFERS(SANSMTP_EXTENSION_FUTURERELEASE), HOLDS(60, 60)));
    TAKEN((SUBMITS(SANSMTP_EXTENSION_FUTURERELEASE), HOLDS(60, 60)));
    REFUSED((OFFERS(SANSMTP_EXTENSION_BURL), TEXT(urls, "imap")));
    TAKEN((SUBMITS(SANSMTP_EXTENSION_BURL), TEXT(urls, "imap")));
    TAKEN(OFFERS(SANSMTP_EXTENSION_ETRN));
    REFUSED(SUBMITS(SANSMTP_EXTENSION_ETRN));
    TAKEN(OFFERS(SANSMTP_EXTENSION_ATRN));
    REFUSED(SUBMITS(SANSMTP_EXTENSION_ATRN));
    TAKEN(SUBMITS(0));
}

/* 2645-5.1.1-a, 4468-4-a, 6409-7-a */
void contract_later_needs(void **state)
{
    uint64_t eight = SANSMTP_EXTENSION_8BITMIME | SANSMTP_EXTENSION_SMTPUTF8;

    (void)state;
    REFUSED((OFFERS(SANSMTP_EXTENSION_ATRN), options.extensions &= ~SANSMTP_EXTENSION_AUTH));
    REFUSED((OFFERS(SANSMTP_EXTENSION_ATRN), options.mechanisms_length = 0));
    REFUSED((SUBMITS(SANSMTP_EXTENSION_BURL), TEXT(urls, "imap"), options.extensions &= ~eight));
    REFUSED(SUBMITS(SANSMTP_EXTENSION_BURL));
    REFUSED((SUBMITS(SANSMTP_EXTENSION_FUTURERELEASE), HOLDS(0, 60)));
    REFUSED((SUBMITS(SANSMTP_EXTENSION_FUTURERELEASE), HOLDS(60, 0)));
    REFUSED((OFFERS(SANSMTP_EXTENSION_PIPECONNECT),
             options.extensions &= ~SANSMTP_EXTENSION_PIPELINING));
    TAKEN(OFFERS(SANSMTP_EXTENSION_PIPECONNECT));
    TAKEN(OFFERS(SANSMTP_EXTENSION_DELIVERBY | SANSMTP_EXTENSION_MT_PRIORITY |
                 SANSMTP_EXTENSION_REQUIRETLS | SANSMTP_EXTENSION_RRVS | SANSMTP_EXTENSION_LIMITS |
                 SANSMTP_EXTENSION_CHECKPOINT | SANSMTP_EXTENSION_NO_SOLICITING |
                 SANSMTP_EXTENSION_MTRK | SANSMTP_EXTENSION_CONPERM | SANSMTP_EXTENSION_CONNEG |
                 SANSMTP_EXTENSION_PRDR | SANSMTP_EXTENSION_XCLIENT | SANSMTP_EXTENSION_XFORWARD));
}

void contract_later_values(void **state)
{
    char longest[512];

    (void)state;
    memset(longest, 'a', sizeof(longest));
    TAKEN(options.deliver_by = 999999999);
    REFUSED(options.deliver_by = 1000000000);
    TAKEN(HOLDS(999999999, UINT64_C(253402300799)));
    REFUSED(options.hold_for = 1000000000);
    REFUSED(options.hold_until = UINT64_C(253402300800));
    REFUSED(options.reserved2 = 1);
    REFUSED(options.reserved = 1);
    /* 6710-3-b */
    TAKEN(TEXT(priorities, "STANAG4406"));
    TAKEN(TEXT(priorities, "a-_.A0123456789aaaaa"));
    REFUSED(TEXT(priorities, "a-_.A0123456789aaaaaa"));
    REFUSED(TEXT(priorities, "a b"));
    REFUSED(TEXT(priorities, "a+b"));
    REFUSED((options.priorities = NULL, options.priorities_length = 1));
    /* 3865-2-a */
    TAKEN(TEXT(solicitations, "net.example:ADV,org.example:ADV"));
    REFUSED(TEXT(solicitations, "1x"));
    REFUSED(TEXT(solicitations, "a,,b"));
    REFUSED(TEXT(solicitations, "a, b"));
    REFUSED((options.solicitations = longest, options.solicitations_length = 489));
    TAKEN((options.solicitations = longest, options.solicitations_length = 488));
    REFUSED(TEXT(urls, "imap\r\n250 x"));
    REFUSED(TEXT(urls, "imap\x7f"));
    REFUSED((options.urls = longest, options.urls_length = 489));
    TAKEN((options.urls = longest, options.urls_length = 488));
}

/* 9422-3.5-a, 5321-4.5.3.1.8-a */
void contract_later_limits(void **state)
{
    (void)state;
    REFUSED(options.recipients = 1);
    TAKEN((OFFERS(SANSMTP_EXTENSION_LIMITS), options.recipients = 1));
}

#define KEYWORD(text, bit, ...)                                                             \
    {                                                                                       \
        .keyword = (text), .keyword_length = sizeof(text) - 1, .number = (bit), __VA_ARGS__ \
    }
#define PARAMETER(text, bit, of, by, form)                  \
    {                                                       \
        (text), sizeof(text) - 1, (bit), (of), (by), (form) \
    }
#define VERB(text, id, by)                            \
    {                                                 \
        (text), sizeof(text) - 1, "XV", 2, (id), (by) \
    }

struct words {
    struct sansmtp_own_extension extensions[2];
    struct sansmtp_own_parameter parameters[2];
    struct sansmtp_own_verb verbs[2];
    struct sansmtp_additions additions;
};

/* Good ones: each test spoils one thing. */
static void make(struct words *words)
{
    static const struct words good = {
        .extensions = {KEYWORD("XA", 48, .value = "v w", .value_length = 3, .mail = 4096),
                       KEYWORD("X-B1", 62, .rcpt = 4096)},
        .parameters = {PARAMETER("XP", 48, SANSMTP_VERB_MAIL, 48, SANSMTP_OWN_VALUE_NONE),
                       PARAMETER("XP", 62, SANSMTP_VERB_RCPT, 62, SANSMTP_OWN_VALUE_OPTIONAL)},
        .verbs = {VERB("XV", 256, 0), VERB("XLONGEST", UINT32_MAX, 62)},
        .additions = {.size = sizeof(struct sansmtp_additions),
                      .extensions_count = 2,
                      .parameters_count = 2,
                      .verbs_count = 2},
    };

    *words = good;
    words->additions.extensions = words->extensions;
    words->additions.parameters = words->parameters;
    words->additions.verbs = words->verbs;
}

#define SPOILT(change, error)                                                                      \
    do {                                                                                           \
        struct words words;                                                                        \
        make(&words);                                                                              \
        change;                                                                                    \
        CHANGED(                                                                                   \
            (OFFERS(UINT64_C(1) << 48 | UINT64_C(1) << 62), options.additions = &words.additions), \
            error);                                                                                \
    } while (0)

#define SPOILS(change) SPOILT(change, SANSMTP_ERR_OPTIONS)
#define KEEPS(change)  SPOILT(change, 0)

#define RENAMED(item, member, text) \
    (words.item.member = (text), words.item.member##_length = sizeof(text) - 1)

void contract_later_keywords(void **state)
{
    char longest[401];

    (void)state;
    memset(longest, 'A', sizeof(longest));
    KEEPS((void)0);
    SPOILS(words.additions.size = 0);
    SPOILS(words.additions.size--);
    SPOILS(words.additions.extensions = NULL);
    SPOILS(words.additions.parameters = NULL);
    SPOILS(words.additions.verbs = NULL);
    SPOILS(words.additions.extensions_count = 1); /* 62 is offered, and nobody brings it */
    SPOILS(RENAMED(extensions[0], keyword, "xa"));
    SPOILS(RENAMED(extensions[0], keyword, "-XA"));
    SPOILS(RENAMED(extensions[0], keyword, "X_A"));
    SPOILS(RENAMED(extensions[0], keyword, ""));
    SPOILS(words.extensions[0].keyword = NULL);
    SPOILS(RENAMED(extensions[0], keyword, "SIZE"));
    SPOILS(RENAMED(extensions[0], keyword, "BURL")); /* also where it is not offered */
    SPOILS(RENAMED(extensions[1], keyword, "XA"));
    SPOILS((words.extensions[0].keyword = longest, words.extensions[0].keyword_length = 65));
    KEEPS((words.extensions[0].keyword = longest, words.extensions[0].keyword_length = 64));
    SPOILS((words.extensions[0].number = 47));
    SPOILS((words.extensions[0].number = 63));
    SPOILS((words.extensions[1].number = 48));
    SPOILS((words.extensions[0].number = UINT32_MAX));
    SPOILS(RENAMED(extensions[0], value, "a\r\nb"));
    SPOILS((words.extensions[0].value = NULL));
    SPOILS((words.extensions[0].value = longest, words.extensions[0].value_length = 401));
    KEEPS((words.extensions[0].value = longest, words.extensions[0].value_length = 400));
    SPOILS(words.extensions[0].mail = 4097);
    SPOILS(words.extensions[0].rcpt = 4097);
    SPOILS(words.extensions[0].reserved = 1);
}

void contract_later_parameters(void **state)
{
    (void)state;
    SPOILS(RENAMED(parameters[0], keyword, "xp"));
    SPOILS(RENAMED(parameters[0], keyword, "X=P"));
    SPOILS(RENAMED(parameters[0], keyword, "SIZE")); /* the library's */
    KEEPS(RENAMED(parameters[0], keyword, "ORCPT")); /* of RCPT alone */
    SPOILS(words.parameters[0].number = 47);
    SPOILS(words.parameters[0].number = 63);
    SPOILS(words.parameters[0].number = 62);
    SPOILS(words.parameters[0].verb = SANSMTP_VERB_DATA);
    SPOILS(words.parameters[0].verb = SANSMTP_VERB_RCPT); /* two of one name */
    SPOILS(words.parameters[0].extension = 49);
    SPOILS(words.parameters[0].extension = 0);
    SPOILS(words.parameters[0].value = 3);
    KEEPS(words.parameters[0].extension = 62);
}

void contract_later_verbs(void **state)
{
    (void)state;
    SPOILS(RENAMED(verbs[0], word, "RCPT"));
    SPOILS(RENAMED(verbs[0], word, "ONEX"));
    SPOILS(RENAMED(verbs[0], word, "XLONGESTS"));
    SPOILS(RENAMED(verbs[0], word, "xv"));
    SPOILS(RENAMED(verbs[0], word, "XLONGEST"));
    SPOILS(RENAMED(verbs[0], word, "X1")); /* letters */
    SPOILS(RENAMED(verbs[0], word, "X-V"));
    SPOILS(RENAMED(verbs[0], word, ""));
    SPOILS(words.verbs[0].number = 255);
    SPOILS(words.verbs[0].number = UINT32_MAX);
    SPOILS(words.verbs[0].extension = 1);
    SPOILS(words.verbs[0].extension = 49);
    SPOILS(RENAMED(verbs[0], syntax, "a\nb"));
    KEEPS(words.verbs[0].syntax_length = 0);
}

/* The line buffer grows by what the host's own words need. */
void contract_later_lines(void **state)
{
    struct words words;

    (void)state;
    make(&words);
    for (uint32_t line = 1194 + 4095; line <= 1194 + 4096; line++) {
        struct sansmtp_server_options options;

        dialogue_options(&options);
        options.extensions |= UINT64_C(1) << 48 | UINT64_C(1) << 62;
        options.additions = &words.additions;
        options.line = line;
        assert_int_equal(begin(&options), line < 1194 + 4096 ? SANSMTP_ERR_OPTIONS : 0);
        options.extensions &= ~(UINT64_C(1) << 48 | UINT64_C(1) << 62);
        options.line = 1194;
        assert_int_equal(begin(&options), 0);
    }
}
