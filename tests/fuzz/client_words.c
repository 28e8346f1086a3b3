#include "client_words.h"

#include <string.h>

#define PICK(words, random) words[(random) % (sizeof(words) / sizeof(words[0]))]

/* Each eighth is a use of its own. */
static uint32_t part(uint32_t random, uint32_t which)
{
    return random * 2654435761u >> (which * 3 % 29);
}

void client_words_envelope(struct sansmtp_envelope *envelope, uint32_t random)
{
    static const char *const transids[] = {"", "", "<1@c.example>", "<1@c", "<x@c>\r\n"};
    static const char *const solicits[] = {"", "", "a.example:ADV", "a,b", ",", "a b"};
    static const char *const certifiers[] = {"", "", "YWJjZGVmZ2gK:60", "YWJj", ":", "a\n"};

    envelope->flags |= part(random, 0) & 127u;
    envelope->deliver_by_mode = part(random, 1) % 8;
    envelope->deliver_by = (int32_t)(part(random, 2) % 400) - 50;
    envelope->priority = (int32_t)(part(random, 3) % 21) - 10;
    envelope->hold_for = part(random, 4) % 3 == 0 ? part(random, 5) % 100 : 0;
    envelope->hold_until = part(random, 5) % 5 == 0 ? part(random, 1) : 0;
    envelope->transid = PICK(transids, part(random, 6));
    envelope->transid_length = strlen(envelope->transid);
    envelope->solicit = PICK(solicits, part(random, 7));
    envelope->solicit_length = strlen(envelope->solicit);
    envelope->mtrk = PICK(certifiers, part(random, 8));
    envelope->mtrk_length = strlen(envelope->mtrk);
    if (envelope->mtrk_length != 0) {
        envelope->envid = "id@c.example";
        envelope->envid_length = strlen(envelope->envid);
    }
}

void client_words_recipient(struct sansmtp_recipient *recipient, uint32_t random)
{
    static const char *const times[] = {
        "",    "2014-04-03T23:01:00Z",     "2014-04-03T23:01:00Z;C", "2014-04-03T23:01:00Z;R",
        "now", "2014-04-03T23:01:00Z\r\n",
    };
    static const char *const originals[] = {"o@c", "caf\xc3\xa9@c", "a+b=\\@c", "\xff", "\r\n"};

    recipient->rrvs = PICK(times, part(random, 0));
    recipient->rrvs_length = strlen(recipient->rrvs);
    recipient->orcpt_type = "utf-8";
    recipient->orcpt_type_length = 5;
    recipient->orcpt = PICK(originals, part(random, 1));
    recipient->orcpt_length = strlen(recipient->orcpt);
}

const char *client_words_command(uint32_t random)
{
    static const char *const lines[] = {
        "NOOP",
        "VRFY joe",
        "EXPN all",
        "HELP MAIL",
        "VRFY caf\xc3\xa9 SMTPUTF8",
        "ETRN c.example",
        "ETRN",
        "XFORWARD NAME=c.example ADDR=192.0.2.1",
        "XCLIENT NAME=c.example",
        "XCLIENT PORT=25",
        "DATA",
        "NOOP\r\nQUIT",
        "XOWN",
        "",
    };

    return PICK(lines, random);
}

const char *client_words_url(uint32_t random)
{
    static const char *const urls[] = {"imap://a.example/b", "x:y", "imap://a/b LAST", "b",
                                       "a:\r\nQUIT", ""};

    return PICK(urls, random);
}

void client_words_capabilities(struct sansmtp_capabilities *capabilities, uint32_t random)
{
    memset(capabilities, 0, sizeof *capabilities);
    capabilities->extensions = SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_PIPECONNECT |
                               (part(random, 0) & 0x3fffffffu);
    capabilities->extensions &= part(random, 1) % 8 == 0 ? ~SANSMTP_EXTENSION_PIPELINING
                                                         : ~UINT64_C(0);
    capabilities->size = part(random, 2) % 600;
    capabilities->recipients = part(random, 3) % 4;
    capabilities->messages = part(random, 4) % 4;
    capabilities->hold_for = 60;
    capabilities->hold_until = 1000000;
    capabilities->xclient = part(random, 5) & 255u;
}

const char *client_words_reply(uint32_t random)
{
    static const char *const lines[] = {
        "220 mx.example",
        "250 ok",
        "250-mx\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-DSN\r\n250 SIZE 99",
        "250-mx\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-BINARYMIME\r\n250 CHUNKING",
        "250-mx\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256",
        "250-mx\r\n250 AUTH LOGIN",
        "334 VXNlcjo=",
        "334 ",
        "334 ?",
        "334-a\r\n334 b",
        "235 2.7.0 yes",
        "535 5.7.8 no",
        "504 no such",
        "354 go",
        "250 2.1.0 ok",
        "250 2.0.0 queued",
        "450 4.2.1 later",
        "452 4.5.3 many",
        "550 5.1.1 no",
        "552 5.5.3 many",
        "554 no",
        "503 5.5.1 order",
        "500 what",
        "221 bye",
        "421 4.3.0 shut",
        "251 forwarded",
        "220 2.0.0 go",
        "454 no tls",
        "250-a",
        "250-mx\r\n250-PIPELINING\r\n250-PRDR\r\n250-CHECKPOINT\r\n250 ETRN",
        "250-mx\r\n250-BURL imap\r\n250-8BITMIME\r\n250-LIMITS RCPTMAX=2\r\n250 XCLIENT NAME",
        "250-mx\r\n250-PIPELINING\r\n250 PIPECONNECT",
        "353 go",
        "355 4",
        "99 x",
        "",
    };

    return PICK(lines, random);
}
