#ifndef SANSMTP_DSN_TEXT_H
#define SANSMTP_DSN_TEXT_H

/* The gate of a report: every octet of it goes through here. What is written counts on when the
 * capacity is used up, so that the need is known in the end. */

#include <stdbool.h>

#include <sansmtp/types.h>

enum {
    SANSMTP_DSN_TEXT_UTF8 = 1,  /* UTF-8 stands as it is; else as \x{HEX} */
    SANSMTP_DSN_TEXT_QUOTED = 2 /* all is encoded quoted-printable */
};

struct sansmtp_dsn_out {
    char *octets;
    size_t capacity;
    size_t length;
    size_t column;
    uint32_t mode;
    bool blank; /* quoted-printable: the last octet is white space */
};

/* Octets that are known to be harmless; no newline among them. */
void sansmtp_dsn_put(struct sansmtp_dsn_out *out, const void *octets, size_t length);

/* A literal text without its NUL. */
#define SANSMTP_DSN_PUT(out, text) sansmtp_dsn_put(out, text, sizeof(text) - 1)

/* A CRLF. */
void sansmtp_dsn_newline(struct sansmtp_dsn_out *out);

/* One octet of quoted-printable, whatever it is: CR and LF are encoded too. */
void sansmtp_dsn_quote(struct sansmtp_dsn_out *out, uint8_t octet);

/* Text of a peer, on one line. HT and LF are written as a space, other controls and octets that are
 * no UTF-8 as '?'. Where UTF-8 may not stand it is escaped. */
void sansmtp_dsn_put_text(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length);

/* The same, folded at its spaces where a line would be over 78 columns: a fold is a CRLF, indent
 * spaces, and the word. White space at the end is left out. */
void sansmtp_dsn_put_folded(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length,
                            size_t indent);

/* A CRLF and indent spaces. */
void sansmtp_dsn_fold(struct sansmtp_dsn_out *out, size_t indent);

/* The same if the line could not hold so many octets more; else a space. */
void sansmtp_dsn_gap(struct sansmtp_dsn_out *out, size_t length);

/* RFC 6533 3: UTF-8 as utf-8-addr-xtext: what is not ASCII, and space, '+', '=' and '\', as
 * \x{HEX}. embedded: escapes that are there already stay. text is UTF-8 without controls. */
void sansmtp_dsn_put_unitext(struct sansmtp_dsn_out *out, const uint8_t *text, size_t length,
                             bool embedded);

/* "--boundary" and what stands behind it, on a line of its own behind a CRLF. */
void sansmtp_dsn_put_delimiter(struct sansmtp_dsn_out *out, struct sansmtp_span boundary,
                               bool last);

/* Is it without controls, and ASCII, or with utf8 UTF-8? HT is a control here. */
bool sansmtp_dsn_is_text(const uint8_t *text, size_t length, bool utf8);

#endif
