#ifndef SANSMTP_TEST_TEXT_H
#define SANSMTP_TEST_TEXT_H

/* Octets that grow, and how tests write octets so that a reader can see them.
 * Aborts if the system gives no memory. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* always followed by a NUL that does not count, once anything was added */
    size_t length;
    size_t room;
};

void text_add(struct text *text, const void *octets, size_t length);
void text_print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *text);
void text_free(struct text *text);
bool text_equal(const struct text *left, const struct text *right);

/* Adds octets with \r \n \t \0 \\ \" and \xNN for what cannot be seen. */
void text_add_escaped(struct text *text, const void *octets, size_t length);

/* Adds what text_add_escaped wrote, or a person (also \s for a space); false: a broken escape. */
bool text_add_unescaped(struct text *text, const char *from, size_t length);

#endif
