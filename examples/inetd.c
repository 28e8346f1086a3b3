/* A mail server on standard input and output. It takes mail for DOMAIN, each message to a file:
 * socat TCP-LISTEN:2525,bind=127.0.0.1,fork EXEC:'./inetd example.org /tmp/mail' */
#include <fcntl.h>
#include <poll.h>
#include <sansmtp/sansmtp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char part[64]; /* the message that is coming; whole, it loses its dot */
static int file = -1, failed, count;

static void on_mail(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)event, (void)user;
    close(file), unlink(part);
    sprintf(part, ".%lld.%ld.%d", (long long)time(NULL), (long)getpid(), count++);
    failed = (file = open(part, O_WRONLY | O_CREAT | O_EXCL, 0600)) < 0;
    sansmtp_server_accept(server);
}

static void on_rcpt(struct sansmtp_server *server, const struct sansmtp_event *event, void *domain)
{
    size_t length = event->domain.length; /* 0: Postmaster */
    int ours = length == 0 || (length == strlen(domain) &&
                               strncasecmp((const char *)event->domain.data, domain, length) == 0);

    (ours ? sansmtp_server_accept : sansmtp_server_decline)(server);
}

static void on_body(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)server, (void)user;
    failed |= write(file, event->data.data, event->data.length) != (ssize_t)event->data.length;
}

static void on_end(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    int folder = open(".", O_RDONLY); /* the new name must be on the disk, too */
    int stored = !failed && fsync(file) == 0 && rename(part, part + 1) == 0 && fsync(folder) == 0;

    (void)event, (void)user;
    close(folder);
    (stored ? sansmtp_server_accept : sansmtp_server_decline)(server); /* 451 */
}

int main(int argc, char **argv)
{
    static const struct sansmtp_server_callbacks callbacks = {
        sizeof callbacks, .mail = on_mail, .recipient = on_rcpt, .body = on_body, .end = on_end};
    static uint8_t memory[SANSMTP_SERVER_MEMORY(1024, 1024)], octets[65536];
    struct sansmtp_span input = {octets, 0};
    struct sansmtp_server_options options;
    struct sansmtp_server *server;
    uint32_t wants, patience, serial, known = UINT32_MAX;
    time_t until = 0, left;

    sansmtp_server_options_init(&options, sizeof options);
    options.hostname = argc == 3 ? argv[1] : "";
    options.hostname_length = strlen(options.hostname);
    if (sansmtp_server_init(&server, memory, sizeof memory, &options) != 0 || chdir(argv[2]) != 0) {
        return fputs("usage: inetd DOMAIN FOLDER\n", stderr), 64;
    }
    signal(SIGPIPE, SIG_IGN);
    while (sansmtp_server_run(server, &input, &callbacks, argv[1]) > 0 &&
           !((wants = sansmtp_server_wants(server)) & SANSMTP_CLOSE)) {
        struct pollfd out = {1, POLLOUT, 0}, in = {0, POLLIN, 0};
        size_t length;
        const void *output = sansmtp_server_output(server, &length);
        ssize_t done = 1;

        patience = sansmtp_server_patience(server, &serial);
        until = serial == known ? until : time(NULL) + (time_t)patience;
        known = serial;
        left = until > time(NULL) ? until - time(NULL) : 0;
        if (poll(wants & SANSMTP_WRITE ? &out : &in, 1, (int)left * 1000) <= 0) {
            sansmtp_server_expired(server);
        } else if (wants & SANSMTP_WRITE) {
            done = write(1, output, length);
            sansmtp_server_sent(server, done < 0 ? length : (size_t)done);
        } else {
            done = read(0, octets, sizeof octets);
            input = (struct sansmtp_span){octets, done < 0 ? 0 : (size_t)done};
        }
        if (done <= 0) {
            sansmtp_server_eof(server); /* nobody is there any more */
        }
    }
    return unlink(part), 0;
}
