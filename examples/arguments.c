#include "arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool argument_number(const char *text, uint64_t *number)
{
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

const char *argument_endpoint(char *text, const char **host, const char **port)
{
    char *colon = strrchr(text, ':');
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);
    bool bracketed = length > 2 && text[0] == '[' && text[length - 1] == ']';

    if (length == 0 || colon[1] == '\0') {
        return "HOST:PORT";
    }
    if (!bracketed && memchr(text, ':', length) != NULL) {
        return "an IPv6 address in brackets";
    }
    *colon = '\0';
    *port = colon + 1;
    if (bracketed) {
        text[length - 1] = '\0';
        text++;
    }
    *host = text;
    return NULL;
}
