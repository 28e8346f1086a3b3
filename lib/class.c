#include "class.h"

/* Every printable octet by what it is not, for most are nearly everything. */
#define TEXT (SANSMTP_CLASS_QTEXT | SANSMTP_CLASS_CONTENT | SANSMTP_CLASS_VALUE)
#define WORD \
    (TEXT | SANSMTP_CLASS_XCHAR | SANSMTP_CLASS_ATEXT | SANSMTP_CLASS_LDH | SANSMTP_CLASS_LET_DIG)
#define DASH  (TEXT | SANSMTP_CLASS_XCHAR | SANSMTP_CLASS_ATEXT | SANSMTP_CLASS_LDH)
#define SIGN  (TEXT | SANSMTP_CLASS_XCHAR | SANSMTP_CLASS_ATEXT)
#define PLUS  (TEXT | SANSMTP_CLASS_ATEXT)
#define EQUAL ((TEXT | SANSMTP_CLASS_ATEXT) & ~SANSMTP_CLASS_VALUE)
#define POINT (TEXT | SANSMTP_CLASS_XCHAR)
#define QUOTE (POINT & ~SANSMTP_CLASS_QTEXT)
#define BRACE (POINT & ~SANSMTP_CLASS_CONTENT)
#define SLASH (POINT & ~(SANSMTP_CLASS_QTEXT | SANSMTP_CLASS_CONTENT))
#define SPACE SANSMTP_CLASS_QTEXT
#define HIGH  SANSMTP_CLASS_HIGH

#define HIGHS HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH, HIGH
#define WORDS WORD, WORD, WORD, WORD, WORD

/* clang-format off */
const uint8_t sansmtp_class_table[256] = {
    /* 00 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /* 10 */ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    /*    */ SPACE,
    /* !" */ SIGN, QUOTE,
    /* #$ */ SIGN, SIGN, SIGN, SIGN, SIGN,
    /* () */ POINT, POINT,
    /* *+ */ SIGN, PLUS,
    /* ,- */ POINT, DASH,
    /* ./ */ POINT, SIGN,
    /* 09 */ WORDS, WORDS,
    /* :; */ POINT, POINT,
    /* <= */ POINT, EQUAL,
    /* >? */ POINT, SIGN,
    /* @  */ POINT,
    /* AZ */ WORDS, WORDS, WORDS, WORDS, WORDS, WORD,
    /* [\ */ BRACE, SLASH,
    /* ]^ */ BRACE, SIGN,
    /* _` */ SIGN, SIGN,
    /* az */ WORDS, WORDS, WORDS, WORDS, WORDS, WORD,
    /* {| */ SIGN, SIGN,
    /* }~ */ SIGN, SIGN,
    /* 7F */ 0,
    /* 80 */ HIGHS, HIGHS, HIGHS, HIGHS, HIGHS, HIGHS, HIGHS, HIGHS,
    /* C0 */ HIGHS, HIGHS, HIGHS, HIGHS, HIGHS, HIGHS, HIGHS, HIGHS,
};
/* clang-format on */
