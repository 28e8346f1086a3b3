#define _POSIX_C_SOURCE 200809L

#include "sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 18, SECONDS = 600 /* it does not outlive who started it by more */ };

struct client {
    int socket;
    int books;
    bool in_data;
    uint64_t chunk; /* octets of it still to come */
    bool last;      /* it is the LAST */
    uint64_t received;
    char ending[5]; /* the last octets of the message so far */
    size_t length;  /* of what is in hand */
    char octets[ROOM];
};

static _Noreturn void give_up(const char *why)
{
    perror(why);
    exit(1);
}

static void say(const struct client *client, const char *line)
{
    size_t length = strlen(line);

    if (write(client->socket, line, length) != (ssize_t)length) {
        exit(1);
    }
}

static void write_down(struct client *client)
{
    if (write(client->books, &client->received, sizeof client->received) !=
        (ssize_t)sizeof client->received) {
        exit(1);
    }
    client->received = 0;
    say(client, "250 2.0.0 kept\r\n");
}

/* Our clients wait for the answer, so the end of data comes at the end of what is read. */
static void take_data(struct client *client)
{
    size_t keep = client->length < 5 ? 5 - client->length : 0;

    memmove(client->ending, client->ending + 5 - keep, keep);
    memcpy(client->ending + keep, client->octets + client->length - (5 - keep), 5 - keep);
    client->received += client->length;
    client->length = 0;
    if (memcmp(client->ending, "\r\n.\r\n", 5) == 0) {
        client->in_data = false;
        write_down(client);
    }
}

static void drop(struct client *client, size_t length)
{
    memmove(client->octets, client->octets + length, client->length - length);
    client->length -= length;
}

static void take_chunk(struct client *client)
{
    size_t some = client->length < client->chunk ? client->length : (size_t)client->chunk;

    client->received += some;
    client->chunk -= some;
    drop(client, some);
    if (client->chunk == 0 && client->last) {
        write_down(client);
    } else if (client->chunk == 0) {
        say(client, "250 2.0.0 go on\r\n");
    }
}

static void begin_chunk(struct client *client, const char *line)
{
    char *end = NULL;

    client->chunk = strtoull(line + 5, &end, 10);
    client->last = strncasecmp(end, " LAST", 5) == 0;
    if (client->chunk == 0) {
        take_chunk(client);
    }
}

/* False: it was the last. */
static bool obey(struct client *client, const char *line)
{
    if (strncasecmp(line, "EHLO chunks", 11) == 0) {
        say(client, "250-sink\r\n250-8BITMIME\r\n250-PIPELINING\r\n250 CHUNKING\r\n");
    } else if (strncasecmp(line, "EHLO ", 5) == 0) {
        say(client, "250-sink\r\n250 8BITMIME\r\n");
    } else if (strncasecmp(line, "DATA", 4) == 0) {
        client->in_data = true;
        memcpy(client->ending, "   \r\n", 5);
        say(client, "354 go\r\n");
    } else if (strncasecmp(line, "BDAT ", 5) == 0) {
        begin_chunk(client, line);
    } else if (strncasecmp(line, "QUIT", 4) == 0) {
        say(client, "221 2.0.0 bye\r\n");
        return false;
    } else {
        say(client, "250 2.0.0 ok\r\n");
    }
    return true;
}

static bool take_commands(struct client *client)
{
    char *end;

    while (!client->in_data && client->chunk == 0 &&
           (end = memchr(client->octets, '\n', client->length)) != NULL) {
        char line[64] = "";
        size_t length = (size_t)(end - client->octets) + 1;

        memcpy(line, client->octets, length < sizeof line ? length : sizeof line - 1);
        drop(client, length);
        if (!obey(client, line)) {
            return false;
        }
        if (client->in_data && client->length > 0) {
            exit(1); /* nobody may talk before the 354 */
        }
    }
    return true;
}

static void serve(struct client *client)
{
    bool on = true;

    client->length = 0;
    client->received = client->chunk = 0;
    client->in_data = false;
    say(client, "220 sink ESMTP\r\n");
    while (on) {
        ssize_t length = read(client->socket, client->octets + client->length,
                              ROOM - client->length);

        if (length <= 0) {
            break;
        }
        client->length += (size_t)length;
        if (client->in_data) {
            take_data(client);
        }
        on = take_commands(client);
        while (on && client->chunk > 0 && client->length > 0) {
            take_chunk(client);
            on = take_commands(client);
        }
    }
    close(client->socket);
}

static _Noreturn void run(int listener, int books)
{
    static struct client client;

    signal(SIGPIPE, SIG_IGN);
    alarm(SECONDS);
    client.books = books;
    for (;;) {
        client.socket = accept(listener, NULL, NULL);
        if (client.socket < 0) {
            exit(1);
        }
        serve(&client);
    }
}

void sink_start(struct sink *sink)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0), books[2];

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 ||
        listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0 || pipe(books) != 0) {
        give_up("a sink on loopback");
    }
    sink->port = ntohs(address.sin_port);
    sink->books = books[0];
    sink->process = fork();
    if (sink->process < 0) {
        give_up("fork");
    }
    if (sink->process == 0) {
        close(books[0]);
        run(listener, books[1]);
    }
    close(listener);
    close(books[1]);
}

void sink_stop(struct sink *sink)
{
    kill(sink->process, SIGTERM);
    waitpid(sink->process, NULL, 0);
    close(sink->books);
}

uint64_t sink_received(const struct sink *sink)
{
    uint64_t received = 0;

    if (read(sink->books, &received, sizeof received) != (ssize_t)sizeof received) {
        fprintf(stderr, "no message came whole\n");
        exit(1);
    }
    return received;
}
