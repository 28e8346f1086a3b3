/* The lines of a transcript of the client: S is the peer, C the engine. */

#include <string.h>

#include "transcript_reader.h"

/* "BDAT 3": how much was lent at once can be seen. */
static bool is_chunk(const struct step *step)
{
    return step->kind == STEP_OUTPUT && step->text.length > 4 &&
           memcmp(step->text.data, "BDAT", 4) == 0;
}

bool transcript_lends_whole(const struct transcript *transcript)
{
    for (size_t i = 0; i < transcript->count; i++) {
        const struct step *step = &transcript->steps[i];

        if (is_chunk(step) || (step->kind == STEP_INTENT && step->error.length > 0)) {
            return true;
        }
    }
    return false;
}

/* Lines of the peer in a row are one piece; what stands above must be done before the first. */
static void read_input(struct reader *reader, char how, const char *words)
{
    struct transcript *transcript = reader->current;

    if (transcript->count == 0 || transcript->steps[transcript->count - 1].kind != STEP_INPUT) {
        reader_add(reader, STEP_INPUT, "", 0);
    }
    reader_octets(reader, &transcript->input, how, words);
}

static bool is_intent(const char *words)
{
    static const char *const intents[] = {"submit", "recipient", "end",     "body", "last", "body*",
                                          "last*",  "quit",      "command", "burl", NULL};
    size_t length = strcspn(words, " ");

    for (size_t i = 0; intents[i] != NULL; i++) {
        if (strlen(intents[i]) == length && memcmp(intents[i], words, length) == 0) {
            return true;
        }
    }
    return false;
}

/* "to a b": each recipient in turn, and that there are no more. */
static void read_recipients(struct reader *reader, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        struct step *step = reader_add(reader, STEP_INTENT, "recipient ", 10);

        text_add(&step->text, words, length);
        words += length + strspn(words + length, " ");
    }
    reader_add(reader, STEP_INTENT, "end", 3);
}

/* "mail s a b": the whole envelope. */
static void read_mail(struct reader *reader, const char *words)
{
    size_t length = strcspn(words, " ");
    struct step *step = reader_add(reader, STEP_INTENT, "submit ", 7);

    text_add(&step->text, words, length);
    read_recipients(reader, words + length + strspn(words + length, " "));
}

/* "H! ERROR call": the call must be refused so. What is not the time for cannot be waited for. */
static void read_host(struct reader *reader, char how, const char *words)
{
    size_t error;
    const char *call = reader_call(reader, how, words, &error);
    bool untimely = error == 5 && memcmp(words, "STATE", 5) == 0;

    if (strncmp(call, "mail ", 5) == 0) {
        read_mail(reader, call + 5);
    } else if (strncmp(call, "to ", 3) == 0) {
        read_recipients(reader, call + 3);
    } else {
        enum step_kind kind = is_intent(call) && !untimely ? STEP_INTENT : STEP_ACT;

        text_add(&reader_add(reader, kind, call, strlen(call))->error, words, error);
    }
}

static bool read_line(struct reader *reader, char who, char how, const char *words)
{
    if (who == 'C' && strchr(":|*", how) != NULL) {
        reader_octets(reader, &reader_add(reader, STEP_OUTPUT, "", 0)->text, how, words);
    } else if (who == 'S' && strchr(":|*", how) != NULL) {
        read_input(reader, how, words);
    } else if (who == 'H' && strchr(":!", how) != NULL) {
        read_host(reader, how, words);
    } else {
        return false;
    }
    return true;
}

/* The peer's hello: its name, then what it offers, one a line. */
static void add_offers(struct reader *reader)
{
    const char *at = reader->current->offers.data;
    struct text line = {0};

    text_print(&line, "S: 250%cmx.example", *at == '\0' ? ' ' : '-');
    while (*at != '\0') {
        size_t length = strcspn(at, ",");

        reader_step(reader, line.data);
        text_clear(&line);
        text_print(&line, "S: 250%c%.*s", at[length] == '\0' ? ' ' : '-', (int)length, at);
        at += length + (at[length] == ',');
    }
    reader_step(reader, line.data);
    text_free(&line);
}

static void begin(struct reader *reader)
{
    struct transcript *transcript = reader->current;
    bool lmtp = (transcript->client.flags & SANSMTP_CLIENT_LMTP) != 0;

    if (strcmp(transcript->start.data, "nothing") == 0) {
        return;
    }
    reader_step(reader, "S: 220 mx.example");
    reader_step(reader, lmtp ? "C: LHLO c.example" : "C: EHLO c.example");
    add_offers(reader);
    transcript->preamble = transcript->input.length;
    reader_step(reader, "H: wait");
}

static void set_defaults(struct transcript *transcript)
{
    sansmtp_client_options_init(&transcript->client, sizeof transcript->client);
    client_transcript_option(transcript, "tls=none");
    client_transcript_option(transcript, "hello=c.example");
}

const struct transcript_role client_transcripts = {
    .set_defaults = set_defaults,
    .option = client_transcript_option,
    .begin = begin,
    .line = read_line,
};
