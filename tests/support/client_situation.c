#include "client_situation.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PIPED    1u /* the peer offers PIPELINING */
#define CHUNKS   2u /* and CHUNKING */
#define AUTH     4u /* and AUTH PLAIN */
#define CRAM     8u /* and AUTH CRAM-MD5 */
#define STARTTLS 16u

#define R         SANSMTP_READ
#define W         SANSMTP_WRITE
#define NO        SANSMTP_ERR_STATE
#define LATER     SANSMTP_OUTCOME_LATER
#define UNCERTAIN SANSMTP_OUTCOME_UNCERTAIN

const struct client_situation client_situations[CLIENT_SITUATIONS] = {
    {"greeting awaited", 0, "-", R, 300, NO, 0},
    {"hello unsent", 0, "-G", R | W, 300, NO, 0},
    {"hello awaited", 0, "-GD", R, 300, NO, 0},
    {"STARTTLS unsent", STARTTLS, "", R | W, 300, NO, 0},
    {"STARTTLS awaited", STARTTLS, "D", R, 300, NO, 0},
    {"handshake", STARTTLS, "DG", SANSMTP_TLS, 300, NO, 0},
    {"initial response", AUTH, "", SANSMTP_REPLY, 0, NO, 0},
    {"AUTH awaited", CRAM, "D", R, 300, NO, 0},
    {"challenge", CRAM, "DC", SANSMTP_REPLY, 0, NO, 0},
    {"idle", 0, "", R | SANSMTP_IDLE, 0, NO, 0},
    {"MAIL unsent", 0, "S", R | W, 300, NO, LATER},
    {"MAIL awaited", 0, "SD", R, 300, NO, LATER},
    {"first recipient", 0, "SDY", R | SANSMTP_RECIPIENT, 0, NO, LATER},
    {"RCPT awaited", 0, "SDYRD", R, 300, 0, LATER},
    {"second recipient", 0, "SDYRDY", R | SANSMTP_RECIPIENT, 0, 0, LATER},
    {"last RCPT awaited", 0, "SDYRDE", R, 300, NO, LATER},
    {"DATA awaited", 0, "SDYRDYED", R, 120, NO, LATER},
    {"body wanted", 0, "SDYRDYEDX", R | SANSMTP_BODY, 0, NO, LATER},
    {"body unsent", 0, "SDYRDYEDXB", R | W, 180, NO, LATER},
    {"more body wanted", 0, "SDYRDYEDXBD", R | SANSMTP_BODY, 0, NO, LATER},
    {"last of the body unsent", 0, "SDYRDYEDXL", R | W, 180, NO, LATER},
    {"end awaited", 0, "SDYRDYEDXLD", R, 600, NO, UNCERTAIN},
    {"group, first recipient", PIPED, "S", R | W | SANSMTP_RECIPIENT, 0, NO, LATER},
    {"group, second recipient", PIPED, "SRD", R | SANSMTP_RECIPIENT, 0, 0, LATER},
    {"group awaited", PIPED, "SRED", R, 300, NO, LATER},
    {"chunk wanted", CHUNKS, "SDYRDYE", R | SANSMTP_BODY, 0, NO, LATER},
    {"chunk unsent", CHUNKS, "SDYRDYEB", R | W, 180, NO, LATER},
    {"chunk awaited", CHUNKS, "SDYRDYEBD", R, 120, NO, LATER},
    {"last chunk unsent", CHUNKS, "SDYRDYEL", R | W, 180, NO, LATER},
    {"last chunk awaited", CHUNKS, "SDYRDYELD", R, 600, NO, UNCERTAIN},
    {"RSET awaited", 0, "SDYRDNED", R, 300, NO, 0},
    {"QUIT unsent", 0, "Q", R | W, 300, NO, 0},
    {"QUIT awaited", 0, "QD", R, 300, NO, 0},
    {"over", 0, "A", SANSMTP_CLOSE, 0, NO, 0},
};

static void greet(struct client_dialogue *dialogue, uint32_t offers)
{
    client_dialogue_say(dialogue, "220 mx.example\r\n");
    client_dialogue_drain(dialogue);
    client_dialogue_say(dialogue, "250-mx.example\r\n");
    if ((offers & PIPED) != 0) {
        client_dialogue_say(dialogue, "250-PIPELINING\r\n");
    }
    if ((offers & CHUNKS) != 0) {
        client_dialogue_say(dialogue, "250-CHUNKING\r\n");
    }
    if ((offers & AUTH) != 0) {
        client_dialogue_say(dialogue, "250-AUTH PLAIN\r\n");
    }
    if ((offers & CRAM) != 0) {
        client_dialogue_say(dialogue, "250-AUTH CRAM-MD5\r\n");
    }
    client_dialogue_say(dialogue, (offers & STARTTLS) != 0 ? "250 STARTTLS\r\n" : "250 HELP\r\n");
}

static void do_one(struct client_dialogue *dialogue, char what)
{
    if (what == 'D') {
        client_dialogue_drain(dialogue);
    } else if (what == 'G') {
        client_dialogue_say(dialogue, "220 go\r\n");
    } else if (what == 'Y') {
        client_dialogue_say(dialogue, "250 yes\r\n");
    } else if (what == 'N') {
        client_dialogue_say(dialogue, "550 no\r\n");
    } else if (what == 'X') {
        client_dialogue_say(dialogue, "354 go\r\n");
    } else if (what == 'C') {
        client_dialogue_say(dialogue, "334 YQ==\r\n");
    } else if (what == 'S') {
        client_dialogue_submit(dialogue);
    } else if (what == 'R') {
        client_dialogue_recipient(dialogue);
    } else if (what == 'E') {
        client_dialogue_end(dialogue);
    } else if (what == 'B') {
        client_dialogue_body(dialogue, "abc", 0);
    } else if (what == 'L') {
        client_dialogue_body(dialogue, "abc", 1);
    } else if (what == 'Q') {
        assert_int_equal(sansmtp_client_quit(dialogue->client), 0);
    } else if (what == 'A') {
        assert_int_equal(sansmtp_client_abort(dialogue->client), 0);
    } else {
        fail_msg("no such step: %c", what);
    }
}

void client_situation_reach(struct client_dialogue *dialogue,
                            const struct client_situation *situation)
{
    struct sansmtp_client_options options;
    const char *path = situation->path;

    client_dialogue_options(&options);
    if ((situation->offers & STARTTLS) != 0) {
        options.tls = SANSMTP_CLIENT_TLS_OPPORTUNISTIC;
    }
    client_dialogue_open(dialogue, &options);
    if (*path == '-') {
        path++;
    } else {
        greet(dialogue, situation->offers);
    }
    for (; *path != '\0'; path++) {
        do_one(dialogue, *path);
    }
    client_dialogue_pull(dialogue);
}
