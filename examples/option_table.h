#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

/* The options of a program as its table (*_options.def) has them. */

#include <getopt.h>
#include <stddef.h>

struct option_row {
    const char *name;
    const char *argument; /* NULL: none */
    const char *help;     /* lines */
};

#define OPTION_LETTER(letter, name, argument, help) letter,
#define OPTION_ROW(letter, name, argument, help)    {name, argument, help},

/* As getopt_long wants them: count rows become count + 1 entries, numbered from first. */
void option_table_known(const struct option_row *rows, size_t count, int first,
                        struct option *known);

/* All of them on standard output, their help from this column on. */
void option_table_help(const struct option_row *rows, size_t count, int column);

#endif
