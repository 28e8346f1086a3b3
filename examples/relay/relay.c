/*
 * sansmtp-relay: the program: start, loop, stop. See relay.h for the rooms.
 */

#include "relay.h"

#include "delivery/deliver.h"
#include "delivery/dispatch.h"
#include "front/gate.h"
#include "front/listen.h"
#include "front/visit.h"
#include "identity.h"
#include "logfile.h"
#include "options/config_check.h"
#include "options/files.h"
#include "queue/command.h"
#include "reload.h"
#include "report/report.h"

#include <openssl/rand.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <time.h>

#define GRACE   30000u /* milliseconds that open transactions have after SIGTERM, at most */
#define LAST    5000u  /* and then, to hear that all is over */
#define TICK    50u    /* how often we look whether all is over */
#define THREADS "16"   /* of the pool, unless UV_THREADPOOL_SIZE says otherwise: crypt is slow */

struct program {
    struct relay relay;
    uv_signal_t terminate, interrupt;
    uv_timer_t ending;
    uint64_t stopped_at;
    bool forced;
};

/* -- what all rooms use ----------------------------------------------------------------------- */

uint64_t relay_now(void)
{
    return (uint64_t)time(NULL);
}

uint64_t relay_random(void)
{
    uint64_t number = 0;

    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1) {
        abort();
    }
    return number;
}

/* Microseconds since 1970, or one more than the last: so ids stand in the order of arrival. */
uint64_t relay_new_id(struct relay *relay)
{
    struct timespec now;
    uint64_t id;

    clock_gettime(CLOCK_REALTIME, &now);
    id = (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
    relay->last_id = id > relay->last_id ? id : relay->last_id + 1;
    return relay->last_id;
}

/* -- stopping --------------------------------------------------------------------------------- */

static bool is_over(const struct relay *relay)
{
    return relay->visits == 0 && dispatch_is_idle(relay) && report_is_idle(relay);
}

/* The loop ends when nothing is left that it would wait for; the clerk does his last jobs first. */
static void end(struct program *program)
{
    struct relay *relay = &program->relay;

    uv_close((uv_handle_t *)&program->ending, NULL);
    dispatch_close(relay);
    deliver_close(relay);
    resolver_end(relay->resolver);
    clerk_end(relay->clerk);
}

static void on_tick(uv_timer_t *timer)
{
    struct program *program = timer->data;
    struct relay *relay = &program->relay;
    uint64_t waited = uv_now(relay->loop) - program->stopped_at;

    if (is_over(relay)) {
        end(program);
    } else if (waited > GRACE + LAST) {
        uv_stop(relay->loop); /* the disk is full, say: what is not recorded is due again */
    } else if (waited > GRACE && !program->forced) {
        program->forced = true;
        listen_give_up(relay);
        dispatch_stop(relay, true);
    }
}

static void stop(struct program *program)
{
    struct relay *relay = &program->relay;

    relay->stopping = true;
    program->stopped_at = uv_now(relay->loop);
    listen_stop(relay);
    dispatch_stop(relay, false);
    uv_timer_start(&program->ending, on_tick, 0, TICK);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct program *program = handle->data;

    if (!program->relay.stopping) {
        stop(program);
        return;
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_signal(struct program *program, uv_signal_t *handle, int number)
{
    uv_signal_init(program->relay.loop, handle);
    handle->data = program;
    uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle); /* the loop ends without it */
}

/* -- starting --------------------------------------------------------------------------------- */

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int open_queue(struct relay *relay)
{
    struct queue *queue;
    int status = queue_open(&queue, relay->config.queue, true);

    if (status != 0) {
        return status;
    }
    relay->last_id = queue_last(queue);
    relay->clerk = clerk_begin(relay->loop, queue);
    return relay->clerk == NULL ? EX_OSERR : 0;
}

/* All that can be found wrong without leaving a trace. */
static int prepare(struct relay *relay, struct identity *identity)
{
    int status = config_check(&relay->config);

    if (status == 0) {
        config_retry(&relay->config, &relay->retry);
        status = identity_find(&relay->config, identity);
    }
    if (status == 0) {
        status = files_read(&relay->config, &relay->files);
    }
    if (status == 0) {
        status = gate_open(relay);
    }
    if (status == 0) {
        relay->resolver = resolver_begin(relay->loop, relay->config.dns);
        status = relay->resolver == NULL ? EX_OSERR : deliver_open(relay);
    }
    return status == 0 ? listen_prepare(relay) : status;
}

/* What it may take root to do; afterwards we are who we are to be. */
static int become(struct relay *relay, const struct identity *identity)
{
    int status = identity_may(&relay->config, identity);

    if (status == 0) {
        status = listen_bind(relay);
    }
    if (status == 0) {
        status = logfile_open(relay, identity);
    }
    if (status == 0) {
        identity_make_folder(identity, relay->config.queue);
        if (relay->config.maildir != NULL) {
            identity_make_folder(identity, relay->config.maildir);
        }
        status = identity_become(identity);
    }
    return status;
}

static int open_all(struct relay *relay)
{
    int status = deliver_open_store(relay);

    if (status == 0) {
        status = open_queue(relay);
    }
    if (status == 0) {
        status = dispatch_open(relay);
    }
    if (status == 0) {
        status = reload_begin(relay);
    }
    return status == 0 ? listen_open(relay) : status;
}

static int serve(struct program *program)
{
    struct relay *relay = &program->relay;

    watch_signal(program, &program->terminate, SIGTERM);
    watch_signal(program, &program->interrupt, SIGINT);
    program->ending.data = program;
    uv_timer_init(relay->loop, &program->ending);
    dispatch_begin(relay);
    report_wake(relay);
    puts("ready");
    fflush(stdout);
    uv_run(relay->loop, UV_RUN_DEFAULT);
    return EX_OK;
}

static int start(struct program *program)
{
    struct relay *relay = &program->relay;
    struct identity identity;
    int status;

    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);  /* until there is somebody to obey it (reload.c) */
    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error like a full disk */
    setenv("UV_THREADPOOL_SIZE", THREADS, 0);
    raise_file_limit();
    status = prepare(relay, &identity);
    if (status == 0) {
        status = become(relay, &identity);
    }
    if (status == 0) {
        status = open_all(relay);
    }
    return status == 0 ? serve(program) : status;
}

static int check(struct relay *relay)
{
    struct identity identity;
    int status = prepare(relay, &identity);

    if (status == 0) {
        printf("%s: fine\n", relay->config.path == NULL ? "the options" : relay->config.path);
    }
    return status;
}

int main(int argc, char **argv)
{
    static struct program program;
    struct relay *relay = &program.relay;
    int rest = argc, status = config_read(&relay->config, argc, argv, &rest);

    if (status >= 0) {
        return status;
    }
    if (rest < argc && strcmp(argv[rest], "queue") == 0) {
        return command_run(&relay->config, argc - rest - 1, argv + rest + 1);
    }
    relay->loop = uv_default_loop();
    if (rest == argc - 1 && strcmp(argv[rest], "check") == 0) {
        return check(relay);
    }
    if (rest < argc) {
        fprintf(stderr, "sansmtp-relay: it knows no %s\nTry sansmtp-relay --help.\n", argv[rest]);
        return EX_USAGE;
    }
    return start(&program);
}
