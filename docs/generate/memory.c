/* What a session takes, for typical options. One line a set of options:
 * engine TAB options TAB engine TAB line TAB output TAB sum, all in octets. */
#include <stdalign.h>
#include <stdio.h>

#include "client_engine.h"
#include "server_engine.h"

#define BASIC                                                                      \
    (SANSMTP_EXTENSION_PIPELINING | SANSMTP_EXTENSION_SIZE | SANSMTP_EXTENSION_8BITMIME | \
     SANSMTP_EXTENSION_ENHANCEDSTATUSCODES)
#define SUBMISSION (SANSMTP_EXTENSION_STARTTLS | SANSMTP_EXTENSION_AUTH | SANSMTP_EXTENSION_DSN)

static void show(const char *engine, const char *name, size_t octets, uint32_t output, size_t sum)
{
    printf("%s\t%s\t%zu\t%zu\t%u\t%zu\n", engine, name, octets, sum - octets - output,
           (unsigned)output, sum);
}

static void show_server(const char *name, uint64_t off, uint64_t on, uint32_t output)
{
    struct sansmtp_server_options options;

    sansmtp_server_options_init(&options, sizeof(options));
    options.hostname = "mx.example";
    options.hostname_length = 10;
    options.mechanisms = "PLAIN LOGIN";
    options.mechanisms_length = 11;
    options.extensions = (options.extensions & ~off) | on;
    options.output = output;
    show("server", name, sizeof(struct sansmtp_server) + alignof(struct sansmtp_server) - 1, output,
         sansmtp_server_memory(&options));
}

static void show_client(const char *name, uint32_t line, uint32_t output)
{
    struct sansmtp_client_options options;

    sansmtp_client_options_init(&options, sizeof(options));
    options.hello = "client.example";
    options.hello_length = 14;
    options.line = line != 0 ? line : options.line;
    options.output = output != 0 ? output : options.output;
    show("client", name, sizeof(struct sansmtp_client) + alignof(struct sansmtp_client) - 1,
         options.output, sansmtp_client_memory(&options));
}

int main(void)
{
    show_server("none of the extensions", UINT64_MAX, 0, 1024);
    show_server("PIPELINING, SIZE, 8BITMIME, ENHANCEDSTATUSCODES", UINT64_MAX, BASIC, 1024);
    show_server("the defaults", 0, 0, 1024);
    show_server("the defaults, STARTTLS, AUTH, DSN", 0, SUBMISSION, 1024);
    show_server("every extension, output for long pipelines", 0, (UINT64_C(1) << 12) - 1, 4096);
    show_client("the least buffers", 512, 2048);
    show_client("the defaults", 0, 0);
    return 0;
}
