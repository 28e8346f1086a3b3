#include "reload.h"

#include "delivery/deliver.h"
#include "front/listen.h"
#include "logfile.h"
#include "options/files.h"

#include <signal.h>
#include <stdlib.h>
#include <sysexits.h>

struct reload {
    struct relay *relay;
    uv_signal_t hangup;
    uv_work_t work;
    struct files *fresh;
    int status;
    bool reading;
    bool again; /* they were changed while we were reading */
};

static void begin(struct reload *reload);

static void on_pool(uv_work_t *work)
{
    struct reload *reload = work->data;

    reload->status = files_read(&reload->relay->config, &reload->fresh);
}

static void take(struct relay *relay, struct files *fresh)
{
    struct files *old = relay->files;

    relay->files = fresh;
    listen_renew(relay);
    deliver_renew(relay);
    files_release(old);
    relay_log(relay, 0, "reload done");
}

static void after(uv_work_t *work, int status)
{
    struct reload *reload = work->data;
    struct relay *relay = reload->relay;

    reload->reading = false;
    if (status != 0 || reload->status != 0) {
        relay_log(relay, 0, "reload failed: standard error says why; all stays as it was");
    } else if (!listen_suits(relay, reload->fresh)) {
        fputs("sansmtp-relay: auth-file: other mechanisms are taken only at a start\n", stderr);
        relay_log(relay, 0, "reload failed: other mechanisms are taken only at a start");
        files_release(reload->fresh);
    } else {
        take(relay, reload->fresh);
    }
    if (reload->again) {
        begin(reload);
    }
}

/* Trying the users' hashes takes its time. */
static void begin(struct reload *reload)
{
    reload->again = reload->reading;
    if (!reload->reading) {
        reload->reading = true;
        uv_queue_work(reload->relay->loop, &reload->work, on_pool, after);
    }
}

static void on_hangup(uv_signal_t *handle, int number)
{
    struct reload *reload = handle->data;

    (void)number;
    if (!reload->relay->stopping) {
        logfile_reopen(reload->relay);
        begin(reload);
    }
}

int reload_begin(struct relay *relay)
{
    struct reload *reload = calloc(1, sizeof *reload);

    if (reload == NULL) {
        fputs("sansmtp-relay: no memory\n", stderr);
        return EX_OSERR;
    }
    reload->relay = relay;
    reload->work.data = reload->hangup.data = reload;
    uv_signal_init(relay->loop, &reload->hangup);
    uv_signal_start(&reload->hangup, on_hangup, SIGHUP);
    uv_unref((uv_handle_t *)&reload->hangup); /* the loop ends without it */
    return 0;
}
