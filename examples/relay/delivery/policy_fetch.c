#include "policy_fetch.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TICK     500u /* milliseconds between two looks at whether we stop */
#define AT_ONCE  64L  /* connections */
#define PATH     "/.well-known/mta-sts.txt"
#define FINE     200L
#define TYPE     "text/plain"
#define TYPE_LEN (sizeof TYPE - 1)

struct fetcher {
    CURLM *multi;
    struct relay *relay;
    struct fetch *fetches;
    uv_timer_t timer;
};

struct fetch {
    CURL *easy;
    struct fetcher *fetcher;
    struct fetch *next;
    struct curl_slist *resolve;
    fetch_done *done;
    void *user;
    size_t length;
    char name[272], url[400], error[CURL_ERROR_SIZE];
    uint8_t text[SANSMTP_STS_TEXT_MAX];
};

/* A socket of libcurl. */
struct watch {
    uv_poll_t poll;
    struct fetcher *fetcher;
    curl_socket_t socket;
};

/* -- the end of one --------------------------------------------------------------------------- */

/* RFC 8461 3.2: the media type SHOULD be text/plain, so that nobody's upload makes a policy. */
static bool is_plain(const char *type)
{
    return type != NULL && strncasecmp(type, TYPE, TYPE_LEN) == 0 &&
           (type[TYPE_LEN] == '\0' || type[TYPE_LEN] == ';' || type[TYPE_LEN] == ' ');
}

/* Why it is none, or NULL. */
static const char *judge(struct fetch *fetch, CURLcode code)
{
    const char *type = NULL;
    long status = 0;

    curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(fetch->easy, CURLINFO_CONTENT_TYPE, &type);
    if (code != CURLE_OK) {
        return fetch->error[0] != '\0' ? fetch->error : curl_easy_strerror(code);
    }
    if (status != FINE) { /* RFC 8461 3.3 */
        snprintf(fetch->error, sizeof fetch->error, "the host says %ld, and not 200", status);
        return fetch->error;
    }
    return is_plain(type) ? NULL : "it is no text/plain";
}

static void release(struct fetch *fetch)
{
    struct fetch **at = &fetch->fetcher->fetches;

    while (*at != fetch) {
        at = &(*at)->next;
    }
    *at = fetch->next;
    curl_multi_remove_handle(fetch->fetcher->multi, fetch->easy);
    curl_easy_cleanup(fetch->easy);
    curl_slist_free_all(fetch->resolve);
    free(fetch);
}

static void finish(struct fetch *fetch, const char *why)
{
    struct sansmtp_span text = {why == NULL ? fetch->text : NULL, why == NULL ? fetch->length : 0};

    fetch->done(fetch->user, text, why);
    release(fetch);
}

static void look(struct fetcher *fetcher)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(fetcher->multi, &left)) != NULL) {
        CURLcode code = message->data.result;
        char *user = NULL;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
        finish((struct fetch *)(void *)user, judge((struct fetch *)(void *)user, code));
    }
    while (fetcher->relay->stopping && fetcher->fetches != NULL) {
        finish(fetcher->fetches, "we stop");
    }
    if (fetcher->fetches == NULL) {
        uv_timer_stop(&fetcher->timer);
    }
}

/* -- the loop --------------------------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    struct fetcher *fetcher = timer->data;
    int running;

    uv_timer_start(timer, on_timer, TICK, 0);
    curl_multi_socket_action(fetcher->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    look(fetcher);
}

static int on_timeout(CURLM *multi, long milliseconds, void *user)
{
    struct fetcher *fetcher = user;

    (void)multi;
    if (milliseconds >= 0 && milliseconds < (long)TICK) {
        uv_timer_start(&fetcher->timer, on_timer, (uint64_t)milliseconds, 0);
    }
    return 0;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *watch = poll->data;
    struct fetcher *fetcher = watch->fetcher; /* the watch may be gone soon */
    int what = status != 0 ? CURL_CSELECT_ERR : 0, running;

    what |= (events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0;
    what |= (events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0;
    curl_multi_socket_action(fetcher->multi, watch->socket, what, &running);
    look(fetcher);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watch *add(struct fetcher *fetcher, curl_socket_t socket)
{
    struct watch *watch = calloc(1, sizeof *watch);

    if (watch == NULL || uv_poll_init(fetcher->relay->loop, &watch->poll, socket) != 0) {
        free(watch);
        return NULL;
    }
    watch->fetcher = fetcher;
    watch->socket = socket;
    watch->poll.data = watch;
    curl_multi_assign(fetcher->multi, socket, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *own)
{
    struct watch *watch = own;
    int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                 ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            curl_multi_assign(watch->fetcher->multi, socket, NULL);
            uv_close((uv_handle_t *)&watch->poll, on_closed);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = add(user, socket);
    }
    if (watch != NULL) {
        uv_poll_start(&watch->poll, events, on_ready);
    }
    return 0;
}

/* -- beginning -------------------------------------------------------------------------------- */

/* RFC 8461 3.3: "a suggested maximum policy size is 64 kilobytes". */
static size_t on_text(char *octets, size_t one, size_t length, void *user)
{
    struct fetch *fetch = user;

    (void)one;
    if (length > sizeof fetch->text - fetch->length) {
        return 0; /* and so it is an error */
    }
    memcpy(fetch->text + fetch->length, octets, length);
    fetch->length += length;
    return length;
}

/* RFC 8461 3.3: "Matching is performed only against the DNS-ID identifiers", and a star is a whole
 * label. */
static CURLcode on_tls(CURL *easy, void *context, void *user)
{
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context);
    const struct fetch *fetch = user;

    (void)easy;
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
                                                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return X509_VERIFY_PARAM_set1_host(parameters, fetch->name, 0) == 1 ? CURLE_OK
                                                                        : CURLE_OUT_OF_MEMORY;
}

static void set_options(struct fetch *fetch, const struct config *config)
{
    CURL *easy = fetch->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, fetch);
    curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, fetch->resolve);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_text);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetch);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* RFC 8461 3.3: MUST NOT */
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)SANSMTP_STS_TEXT_MAX);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)config->mta_sts_timeout);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "sansmtp-relay");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, fetch);
    if (config->mta_sts_ca != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, config->mta_sts_ca);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}

static struct fetch *make(struct fetcher *fetcher, const struct fetch_host *host)
{
    unsigned port = (unsigned)fetcher->relay->config.mta_sts_port;
    struct fetch *fetch = calloc(1, sizeof *fetch);
    char resolve[sizeof host->name + sizeof host->addresses + 16];

    if (fetch == NULL) {
        return NULL;
    }
    snprintf(resolve, sizeof resolve, "%s:%u:%s", host->name, port, host->addresses);
    snprintf(fetch->name, sizeof fetch->name, "%s", host->name);
    snprintf(fetch->url, sizeof fetch->url, "https://%s:%u%s", host->name, port, PATH);
    fetch->fetcher = fetcher;
    fetch->resolve = curl_slist_append(NULL, resolve);
    fetch->easy = curl_easy_init();
    if (fetch->resolve == NULL || fetch->easy == NULL) {
        curl_slist_free_all(fetch->resolve);
        curl_easy_cleanup(fetch->easy);
        free(fetch);
        return NULL;
    }
    set_options(fetch, &fetcher->relay->config);
    return fetch;
}

bool fetch_begin(struct fetcher *fetcher, const struct fetch_host *host, fetch_done *done,
                 void *user)
{
    struct fetch *fetch = make(fetcher, host);

    if (fetch == NULL) {
        return false;
    }
    fetch->done = done;
    fetch->user = user;
    fetch->next = fetcher->fetches;
    fetcher->fetches = fetch;
    if (curl_multi_add_handle(fetcher->multi, fetch->easy) != CURLM_OK) {
        release(fetch);
        return false;
    }
    return true;
}

struct fetcher *fetcher_new(struct relay *relay)
{
    struct fetcher *fetcher = calloc(1, sizeof *fetcher);

    if (fetcher == NULL) {
        return NULL;
    }
    fetcher->multi = curl_multi_init();
    if (fetcher->multi == NULL) {
        free(fetcher);
        return NULL;
    }
    fetcher->relay = relay;
    fetcher->timer.data = fetcher;
    uv_timer_init(relay->loop, &fetcher->timer);
    curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(fetcher->multi, CURLMOPT_SOCKETDATA, fetcher);
    curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(fetcher->multi, CURLMOPT_TIMERDATA, fetcher);
    curl_multi_setopt(fetcher->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, AT_ONCE);
    return fetcher;
}
