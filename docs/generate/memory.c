/* What a session takes, for typical options. One line a set of options:
 * name TAB engine TAB line TAB output TAB sum, all in octets. */
#include <stdalign.h>
#include <stdio.h>

#include "server_engine.h"

#define BASIC                                                                      \
    (SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_SIZE | SANSMTP_EXTENSION_8BITMIME | \
     SANSMTP_EXTENSION_ENHANCEDSTATUSCODES)
#define SUBMISSION (SANSMTP_EXTENSION_STARTTLS | SANSMTP_EXTENSION_AUTH | SANSMTP_EXTENSION_DSN)

static void show(const char *name, uint64_t off, uint64_t on, uint32_t output)
{
    struct sansmtp_server_options options;
    size_t sum, engine = sizeof(struct sansmtp_server) + alignof(struct sansmtp_server) - 1;

    sansmtp_server_options_init(&options, sizeof(options));
    options.hostname = "mx.example";
    options.hostname_length = 10;
    options.mechanisms = "PLAIN LOGIN";
    options.mechanisms_length = 11;
    options.extensions = (options.extensions & ~off) | on;
    options.output = output;
    sum = sansmtp_server_memory(&options);
    printf("%s\t%zu\t%zu\t%u\t%zu\n", name, engine, sum - engine - output, (unsigned)output, sum);
}

int main(void)
{
    show("none of the extensions", UINT64_MAX, 0, 1024);
    show("PIPELINING, SIZE, 8BITMIME, ENHANCEDSTATUSCODES", UINT64_MAX, BASIC, 1024);
    show("the defaults", 0, 0, 1024);
    show("the defaults, STARTTLS, AUTH, DSN", 0, SUBMISSION, 1024);
    show("every extension, output for long pipelines", 0, (UINT64_C(1) << 12) - 1, 4096);
    return 0;
}
