#include "option_table.h"

#include <stdio.h>
#include <string.h>

void option_table_known(const struct option_row *rows, size_t count, int first,
                        struct option *known)
{
    for (size_t i = 0; i < count; i++) {
        known[i] = (struct option){rows[i].name,
                                   rows[i].argument == NULL ? no_argument : required_argument, NULL,
                                   first + (int)i};
    }
    known[count] = (struct option){NULL, 0, NULL, 0};
}

static void put_lines(const char *text, int column)
{
    for (;;) {
        size_t length = strcspn(text, "\n");

        printf("%.*s\n", (int)length, text);
        if (text[length] == '\0') {
            return;
        }
        text += length + 1;
        printf("%*s", column, "");
    }
}

void option_table_help(const struct option_row *rows, size_t count, int column)
{
    for (size_t i = 0; i < count; i++) {
        const char *argument = rows[i].argument == NULL ? "" : rows[i].argument;
        int width = printf("  --%s%s%s", rows[i].name, *argument == '\0' ? "" : " ", argument);

        if (width + 2 > column) {
            putchar('\n');
            width = 0;
        }
        printf("%*s", column - width, "");
        put_lines(rows[i].help, column);
    }
}
