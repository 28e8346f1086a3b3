#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void text_grow(struct text *text, size_t length)
{
    size_t need = text->length + length + 1;

    if (need <= text->room) {
        return;
    }
    text->room = need * 2;
    text->data = realloc(text->data, text->room);
    if (text->data == NULL) {
        abort();
    }
}

void text_add(struct text *text, const void *octets, size_t length)
{
    text_grow(text, length);
    if (length > 0) {
        memcpy(text->data + text->length, octets, length);
    }
    text->length += length;
    text->data[text->length] = '\0';
}

void text_print(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        abort();
    }
    text_grow(text, (size_t)length);
    va_start(arguments, format);
    vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_clear(struct text *text)
{
    text->length = 0;
    text_add(text, "", 0);
}

void text_free(struct text *text)
{
    free(text->data);
    memset(text, 0, sizeof *text);
}

bool text_equal(const struct text *left, const struct text *right)
{
    return left->length == right->length &&
           (left->length == 0 || memcmp(left->data, right->data, left->length) == 0);
}

static const char names[] = "rnt0\\\"s";
static const char octets_named[] = "\r\n\t\0\\\" ";

void text_add_escaped(struct text *text, const void *octets, size_t length)
{
    const uint8_t *at = octets;

    for (size_t i = 0; i < length; i++) {
        const char *name = memchr(octets_named, at[i], sizeof names - 2);

        if (name != NULL) {
            text_print(text, "\\%c", names[name - octets_named]);
        } else if (at[i] < 0x20 || at[i] > 0x7e) {
            text_print(text, "\\x%02X", at[i]);
        } else {
            text_add(text, at + i, 1);
        }
    }
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit | 0x20);

    return at == NULL || digit < '0' ? -1 : (int)(at - digits);
}

/* The octets that an escape takes, backslash included; 0: broken. */
static size_t unescape(const char *from, size_t length, char *octet)
{
    const char *name = length < 2 ? NULL : memchr(names, from[1], sizeof names - 1);

    if (name != NULL) {
        *octet = octets_named[name - names];
        return 2;
    }
    if (length < 4 || from[1] != 'x' || hex_digit(from[2]) < 0 || hex_digit(from[3]) < 0) {
        return 0;
    }
    *octet = (char)(hex_digit(from[2]) * 16 + hex_digit(from[3]));
    return 4;
}

bool text_add_unescaped(struct text *text, const char *from, size_t length)
{
    size_t took;

    for (size_t i = 0; i < length; i += took) {
        char octet = from[i];

        took = octet == '\\' ? unescape(from + i, length - i, &octet) : 1;
        if (took == 0) {
            return false;
        }
        text_add(text, &octet, 1);
    }
    return true;
}
