/* Makes the seeds of dsn_fuzz.c: eight octets of choices, and strings parted by 0xFE. See
 * seed_file.h. */

#include <string.h>

#include "seed_file.h"

enum { CHOICES = 8, STRINGS = 15 };

struct seed {
    unsigned char choices[CHOICES];
    /* sender, boundary, reporting MTA, from, message id, subject, in reply to, envelope id,
     * received from; the recipient's path, text, original, remote MTA, log id; the text */
    const char *strings[STRINGS];
    const char *message;
};

#define MESSAGE                                                                    \
    "Received: from a.example by b.example; Mon, 2 Feb 2026 01:00:00 +0000\r\n"    \
    "From: a@b.example\r\nTo: c@d.example\r\nSubject: a subject\r\n folded\r\n"    \
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_a\"\r\n\r\n" \
    "--=_a\r\n\r\ntext\r\n--=_a--\r\n"

static const struct seed seeds[] = {
    {.strings = {"<a@b.example>"}, .message = MESSAGE},
    {{1, 1, 1, 1, 0, 3, 0, 0},
     {"<a@b.example>", "=_r", "mx.example", "MAILER-DAEMON@mx.example", "<1@mx.example>",
      "Undelivered", "<2@b.example>", "QQ314159", "a.example", "c@d.example",
      "550 5.1.1 no such user", "rfc822;c+2B@d.example", "mx.d.example", "4711",
      "It could not be delivered.\r\n"},
     MESSAGE},
    {{2, 2, 2, 0, 1, 2, 200, 200},
     {"<a@b.example>", "=_r", "mx.example", "", "", "", "", "", "", "c@d.example", "450 later"},
     MESSAGE},
    {{127, 31, 2, 1, 2, 1, 0, 0},
     {"<caf\xc3\xa9@b.example>", "=_r", "mx.example", "", "", "caf\xc3\xa9", "", "", "",
      "\xc3\xa9@d.example", "250 ok", "utf-8;\\x{E9}@d.example"},
     "Subject: caf\xc3\xa9\r\n\r\n\xc3\xa9\r\n"},
    {{64, 4, 1, 0, 3, 1, 130, 0},
     {"<>", "", "", "", "", "", "", "", "", "c@d.example", "251 forwarded"},
     "a line without an end"},
    {{0, 16, 0x11, 0, 4, 4, 0, 0}, {"<a@b.example>", "x"}, "\r\n--x\r\n.\r\nFrom nobody\r\n"},
};

static void add(struct text *text, const struct seed *seed)
{
    text_add(text, seed->choices, CHOICES);
    for (size_t i = 0; i < STRINGS; i++) {
        const char *string = seed->strings[i] != NULL ? seed->strings[i] : "";

        text_add(text, string, strlen(string));
        text_add(text, "\xfe", 1);
    }
    text_add(text, seed->message, strlen(seed->message));
}

int main(int count, char **arguments)
{
    int failed = count < 3 ? 1 : 0;

    if (failed == 0) {
        seed_folders(arguments[1]);
    }
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0] && failed == 0; i++) {
        struct text text = {0};

        add(&text, &seeds[i]);
        failed = seed_write(arguments[1], i, &text);
        text_free(&text);
    }
    return failed != 0 || seed_stamp(arguments[2]) != 0;
}
