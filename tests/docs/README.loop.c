/* What stands around the loop in README.md, which shows no more than the loop. */
#include <sansmtp/sansmtp.h>

static struct sansmtp_tls tls;

void send_some(struct sansmtp_server *server);
void wait_for_my_own_answer(struct sansmtp_server *server);
struct sansmtp_span read_some(void);
void handshake(void);
void serve(struct sansmtp_server *server, void *me);

static void on_rcpt(struct sansmtp_server *server, const struct sansmtp_event *event, void *user)
{
    (void)event, (void)user;
    sansmtp_server_accept(server);
}

void serve(struct sansmtp_server *server, void *me)
{
    static const struct sansmtp_server_callbacks callbacks = {sizeof callbacks,
                                                              .recipient = on_rcpt};
    struct sansmtp_span input = {0, 0};

    /* the piece */
}
