-- Made by generate.py from include/sansmtp/*.h; do not edit.
local abi = {}

abi.cdef = [[
struct sansmtp_span {
    const uint8_t *data;
    size_t length;
};
struct sansmtp_event {
    uint32_t type;
    uint32_t verb;
    uint32_t flags;
    uint32_t reason;
    uint32_t domain_kind;
    uint32_t recipient;
    uint32_t code;
    uint32_t enhanced;
    uint32_t taken;
    uint32_t answered;
    uint32_t accepted;
    uint32_t reserved;
    uint64_t parameters;
    uint64_t number;
    struct sansmtp_span text;
    struct sansmtp_span data;
    struct sansmtp_span path;
    struct sansmtp_span local;
    struct sansmtp_span domain;
    struct sansmtp_span route;
    struct sansmtp_span parameters_text;
};
struct sansmtp_tls {
    uint32_t size;
    uint32_t flags;
};
const char *sansmtp_error_name(int error);
const char *sansmtp_event_name(uint32_t type);
const char *sansmtp_verb_name(uint32_t verb);
const char *sansmtp_extension_name(uint32_t number);
const char *sansmtp_parameter_name(uint32_t id);
const char *sansmtp_reason_name(uint32_t reason);
const char *sansmtp_limit_name(uint32_t limit);
const char *sansmtp_version(void);
struct sansmtp_own_extension {
    const char *keyword;
    size_t keyword_length;
    const char *value;
    size_t value_length;
    uint32_t number;
    uint32_t mail;
    uint32_t rcpt;
    uint32_t reserved;
};
struct sansmtp_own_parameter {
    const char *keyword;
    size_t keyword_length;
    uint32_t number;
    uint32_t verb;
    uint32_t extension;
    uint32_t value;
};
struct sansmtp_own_verb {
    const char *word;
    size_t word_length;
    const char *syntax;
    size_t syntax_length;
    uint32_t number;
    uint32_t extension;
};
struct sansmtp_additions {
    uint32_t size;
    uint32_t extensions_count;
    uint32_t parameters_count;
    uint32_t verbs_count;
    const struct sansmtp_own_extension *extensions;
    const struct sansmtp_own_parameter *parameters;
    const struct sansmtp_own_verb *verbs;
};
struct sansmtp_client;
struct sansmtp_client_options {
    uint32_t size;
    uint32_t flags;
    uint32_t tls;
    uint32_t chunking;
    uint32_t body_newlines;
    uint32_t in_flight;
    const char *hello;
    size_t hello_length;
    const char *mechanisms;
    size_t mechanisms_length;
    uint32_t line;
    uint32_t output;
    uint32_t reply_line;
    uint32_t reply_lines;
    uint32_t reply_octets;
    uint32_t greeting_patience;
    uint32_t patience;
    uint32_t data_patience;
    uint32_t body_patience;
    uint32_t end_patience;
    uint32_t reserved;
    const struct sansmtp_additions *additions;
};
struct sansmtp_own_value {
    uint32_t number;
    uint32_t reserved;
    const char *value;
    size_t value_length;
};
struct sansmtp_envelope {
    uint32_t size;
    uint32_t flags;
    uint32_t body;
    uint32_t ret;
    uint64_t message_size;
    const char *sender;
    size_t sender_length;
    const char *envid;
    size_t envid_length;
    const char *auth;
    size_t auth_length;
    const char *transid;
    size_t transid_length;
    const char *solicit;
    size_t solicit_length;
    const char *mtrk;
    size_t mtrk_length;
    const struct sansmtp_own_value *own;
    uint32_t own_count;
    uint32_t deliver_by_mode;
    int32_t deliver_by;
    int32_t priority;
    uint32_t hold_for;
    uint32_t reserved;
    uint64_t hold_until;
};
struct sansmtp_recipient {
    uint32_t size;
    uint32_t notify;
    const char *mailbox;
    size_t mailbox_length;
    const char *orcpt_type;
    size_t orcpt_type_length;
    const char *orcpt;
    size_t orcpt_length;
    const char *rrvs;
    size_t rrvs_length;
    const struct sansmtp_own_value *own;
    uint32_t own_count;
    uint32_t reserved;
};
struct sansmtp_capabilities {
    uint64_t extensions;
    uint64_t size;
    uint64_t hold_until;
    uint32_t hold_for;
    uint32_t deliver_by;
    uint32_t mechanisms;
    uint32_t messages;
    uint32_t recipients;
    uint32_t domains;
    uint32_t xclient;
    uint32_t xforward;
    uint32_t urls;
    uint32_t reserved;
};
int sansmtp_client_options_init(struct sansmtp_client_options *options, size_t size);
size_t sansmtp_client_memory(const struct sansmtp_client_options *options);
int sansmtp_client_init(struct sansmtp_client **client, void *memory, size_t length, const struct sansmtp_client_options *options);
const struct sansmtp_event *sansmtp_client_next(struct sansmtp_client *client, struct sansmtp_span *in);
uint32_t sansmtp_client_wants(const struct sansmtp_client *client);
int sansmtp_client_error(const struct sansmtp_client *client);
uint64_t sansmtp_client_extensions(const struct sansmtp_client *client, uint64_t *size);
int sansmtp_client_capabilities(const struct sansmtp_client *client, struct sansmtp_capabilities *capabilities, size_t length);
int sansmtp_client_assume(struct sansmtp_client *client, const struct sansmtp_capabilities *capabilities, size_t length);
const struct sansmtp_event * sansmtp_client_question(const struct sansmtp_client *client);
int sansmtp_client_command(struct sansmtp_client *client, const char *line, size_t length);
int sansmtp_client_submit(struct sansmtp_client *client, const struct sansmtp_envelope *envelope);
int sansmtp_client_recipient(struct sansmtp_client *client, const struct sansmtp_recipient *recipient);
int sansmtp_client_withdraw(struct sansmtp_client *client);
int sansmtp_client_recipients_end(struct sansmtp_client *client);
int sansmtp_client_body(struct sansmtp_client *client, const void *data, size_t length, int last);
int sansmtp_client_burl(struct sansmtp_client *client, const char *url, size_t length, int last);
int sansmtp_client_respond(struct sansmtp_client *client, const void *data, size_t length);
int sansmtp_client_cancel(struct sansmtp_client *client);
int sansmtp_client_quit(struct sansmtp_client *client);
int sansmtp_client_abort(struct sansmtp_client *client);
const void *sansmtp_client_output(const struct sansmtp_client *client, size_t *length);
size_t sansmtp_client_vectors(const struct sansmtp_client *client, struct sansmtp_span *spans, size_t count);
int sansmtp_client_sent(struct sansmtp_client *client, size_t length);
int sansmtp_client_secret(const struct sansmtp_client *client);
int sansmtp_client_tls_started(struct sansmtp_client *client, const struct sansmtp_tls *tls);
int sansmtp_client_tls_failed(struct sansmtp_client *client);
uint32_t sansmtp_client_patience(const struct sansmtp_client *client, uint32_t *serial);
int sansmtp_client_expired(struct sansmtp_client *client);
int sansmtp_client_eof(struct sansmtp_client *client);
struct sansmtp_server;
struct sansmtp_server_options {
    uint32_t size;
    uint32_t flags;
    uint32_t leniency;
    uint32_t bare_newlines;
    uint64_t extensions;
    uint64_t message_size;
    const char *hostname;
    size_t hostname_length;
    const char *greeting;
    size_t greeting_length;
    const char *mechanisms;
    size_t mechanisms_length;
    uint32_t line;
    uint32_t output;
    uint32_t reply;
    uint32_t recipients;
    uint32_t messages;
    uint32_t errors;
    uint32_t unknown;
    uint32_t idle_commands;
    uint32_t repetitions;
    uint32_t verifications;
    uint32_t authentications;
    uint32_t auth_line;
    uint32_t patience;
    uint32_t body_patience;
    uint32_t progress;
    uint32_t reserved;
    const struct sansmtp_additions *additions;
    const char *urls;
    size_t urls_length;
    const char *solicitations;
    size_t solicitations_length;
    const char *priorities;
    size_t priorities_length;
    uint64_t hold_until;
    uint32_t hold_for;
    uint32_t deliver_by;
    uint32_t recipient_domains;
    uint32_t reserved2;
};
int sansmtp_server_options_init(struct sansmtp_server_options *options, size_t size);
size_t sansmtp_server_memory(const struct sansmtp_server_options *options);
int sansmtp_server_init(struct sansmtp_server **server, void *memory, size_t length, const struct sansmtp_server_options *options);
const struct sansmtp_event *sansmtp_server_next(struct sansmtp_server *server, struct sansmtp_span *in);
uint32_t sansmtp_server_wants(const struct sansmtp_server *server);
const struct sansmtp_event * sansmtp_server_question(const struct sansmtp_server *server);
int sansmtp_server_error(const struct sansmtp_server *server);
int sansmtp_server_accept(struct sansmtp_server *server);
int sansmtp_server_decline(struct sansmtp_server *server);
int sansmtp_server_fail(struct sansmtp_server *server);
int sansmtp_server_reply(struct sansmtp_server *server, uint32_t code, uint32_t enhanced, const char *text, size_t length);
int sansmtp_server_reply_line(struct sansmtp_server *server, uint32_t code, uint32_t enhanced, const char *text, size_t length);
int sansmtp_server_challenge(struct sansmtp_server *server, const void *data, size_t length);
int sansmtp_server_restart(struct sansmtp_server *server, uint64_t offset, uint32_t recipients);
int sansmtp_server_lend(struct sansmtp_server *server, void *memory, size_t length);
const void *sansmtp_server_output(const struct sansmtp_server *server, size_t *length);
int sansmtp_server_sent(struct sansmtp_server *server, size_t length);
int sansmtp_server_secret(const struct sansmtp_server *server);
int sansmtp_server_allow(struct sansmtp_server *server, uint64_t extensions, int on);
int sansmtp_server_tls_started(struct sansmtp_server *server, const struct sansmtp_tls *tls);
uint32_t sansmtp_server_patience(const struct sansmtp_server *server, uint32_t *serial);
int sansmtp_server_expired(struct sansmtp_server *server);
int sansmtp_server_close(struct sansmtp_server *server);
int sansmtp_server_eof(struct sansmtp_server *server);
int sansmtp_server_pause(struct sansmtp_server *server);
int sansmtp_server_resume(struct sansmtp_server *server);
typedef void sansmtp_server_callback(struct sansmtp_server *server, const struct sansmtp_event *event, void *user);
struct sansmtp_server_callbacks {
    uint32_t size;
    uint32_t reserved;
    sansmtp_server_callback *connect;
    sansmtp_server_callback *hello;
    sansmtp_server_callback *mail;
    sansmtp_server_callback *recipient;
    sansmtp_server_callback *data;
    sansmtp_server_callback *chunk;
    sansmtp_server_callback *end;
    sansmtp_server_callback *verify;
    sansmtp_server_callback *expand;
    sansmtp_server_callback *help;
    sansmtp_server_callback *starttls;
    sansmtp_server_callback *auth;
    sansmtp_server_callback *response;
    sansmtp_server_callback *unknown;
    sansmtp_server_callback *body;
    sansmtp_server_callback *reset;
    sansmtp_server_callback *injection;
    sansmtp_server_callback *early_talker;
    sansmtp_server_callback *limit;
    sansmtp_server_callback *trace;
    sansmtp_server_callback *closing;
    sansmtp_server_callback *etrn;
    sansmtp_server_callback *atrn;
    sansmtp_server_callback *burl;
    sansmtp_server_callback *xclient;
    sansmtp_server_callback *xforward;
};
int sansmtp_server_run(struct sansmtp_server *server, struct sansmtp_span *in, const struct sansmtp_server_callbacks *callbacks, void *user);
typedef void sansmtp_client_callback(struct sansmtp_client *client, const struct sansmtp_event *event, void *user);
struct sansmtp_client_callbacks {
    uint32_t size;
    uint32_t reserved;
    sansmtp_client_callback *challenge;
    sansmtp_client_callback *ready;
    sansmtp_client_callback *sender;
    sansmtp_client_callback *result;
    sansmtp_client_callback *final;
    sansmtp_client_callback *outcome;
    sansmtp_client_callback *refusal;
    sansmtp_client_callback *reply;
    sansmtp_client_callback *restart;
    sansmtp_client_callback *injection;
    sansmtp_client_callback *trace;
    sansmtp_client_callback *closing;
    sansmtp_client_callback *wants_message;
    sansmtp_client_callback *wants_recipient;
    sansmtp_client_callback *wants_body;
};
int sansmtp_client_run(struct sansmtp_client *client, struct sansmtp_span *in, const struct sansmtp_client_callbacks *callbacks, void *user);
struct sansmtp_header {
    uint32_t size;
    uint32_t flags;
    uint32_t hops;
    uint32_t fields;
    uint64_t length;
    uint64_t candidates;
    uint32_t state;
    uint32_t column;
    uint64_t line;
};
struct sansmtp_header_field {
    struct sansmtp_span name;
    struct sansmtp_span value;
    uint32_t count;
    uint32_t reserved;
    uint64_t matched;
};
int sansmtp_header_read(struct sansmtp_header *header, struct sansmtp_header_field *fields, size_t count, const uint8_t *octets, size_t length);
int sansmtp_header_end(struct sansmtp_header *header, struct sansmtp_header_field *fields, size_t count);
struct sansmtp_network {
    uint32_t length;
    uint32_t bits;
    uint8_t address[16];
};
int sansmtp_network_parse(const uint8_t *text, size_t length, struct sansmtp_network *network);
int sansmtp_network_contains(const struct sansmtp_network *networks, size_t count, const uint8_t *address, size_t length);
int sansmtp_domain_listed(const struct sansmtp_span *patterns, size_t count, const uint8_t *domain, size_t length);
struct sansmtp_relay {
    uint32_t size;
    uint32_t flags;
    const struct sansmtp_span *local_domains;
    size_t local_domain_count;
    const struct sansmtp_span *relay_domains;
    size_t relay_domain_count;
    const struct sansmtp_network *own;
    size_t own_count;
    const struct sansmtp_network *networks;
    size_t network_count;
};
struct sansmtp_relay_request {
    uint32_t size;
    uint32_t flags;
    struct sansmtp_span client_address;
    struct sansmtp_span path;
};
struct sansmtp_relay_verdict {
    uint32_t size;
    uint32_t decision;
    uint32_t code;
    uint32_t enhanced;
    uint32_t flags;
    uint32_t reserved;
    struct sansmtp_span text;
};
int sansmtp_relay_decide(const struct sansmtp_relay *relay, const struct sansmtp_relay_request *request, struct sansmtp_relay_verdict *verdict);
struct sansmtp_rate_limit {
    uint64_t limit;
    uint32_t window;
    uint32_t reserved;
};
struct sansmtp_rate_options {
    uint32_t size;
    uint32_t reserved;
    uint64_t seed[2];
    struct sansmtp_rate_limit limits[4];
};
struct sansmtp_rate;
size_t sansmtp_rate_memory(uint32_t keys);
int sansmtp_rate_init(struct sansmtp_rate **rate, void *memory, size_t length, const struct sansmtp_rate_options *options);
int sansmtp_rate_address(const uint8_t *address, size_t length, struct sansmtp_span *key);
int sansmtp_rate_take(struct sansmtp_rate *rate, const uint8_t *key, size_t key_length, uint32_t what, uint64_t amount, int64_t now, uint64_t *wait);
int sansmtp_rate_give(struct sansmtp_rate *rate, const uint8_t *key, size_t key_length, uint32_t what, uint64_t amount, int64_t now);
int sansmtp_dsn_wanted(const uint8_t *sender, size_t length, uint32_t notify, uint32_t action, int deliver_by);
int sansmtp_dsn_mailbox(const uint8_t *sender, size_t length, struct sansmtp_span *mailbox);
int sansmtp_dsn_boundary_check(const uint8_t *boundary, size_t length);
struct sansmtp_dsn_scanned {
    uint32_t size;
    uint32_t flags;
    struct sansmtp_span boundary;
    uint64_t length;
    uint64_t header_length;
    uint32_t last;
    uint32_t line;
    uint32_t matched;
    uint32_t utf8;
};
int sansmtp_dsn_scan(struct sansmtp_dsn_scanned *scan, const uint8_t *octets, size_t length);
struct sansmtp_dsn_report {
    uint32_t size;
    uint32_t flags;
    uint32_t actions;
    uint32_t ret;
    uint64_t limit;
    int64_t seconds;
    int64_t arrival;
    int32_t offset_minutes;
    uint32_t reserved;
    const struct sansmtp_dsn_scanned *returned;
    struct sansmtp_span sender;
    struct sansmtp_span reporting_mta;
    struct sansmtp_span boundary;
    struct sansmtp_span from;
    struct sansmtp_span message_id;
    struct sansmtp_span subject;
    struct sansmtp_span in_reply_to;
    struct sansmtp_span envelope_id;
    struct sansmtp_span received_from;
    struct sansmtp_span client_address;
};
struct sansmtp_dsn_fate {
    uint32_t size;
    uint32_t action;
    uint32_t status;
    uint32_t code;
    uint32_t enhanced;
    uint32_t reserved;
    struct sansmtp_span text;
    struct sansmtp_span path;
    struct sansmtp_span original;
    struct sansmtp_span remote_mta;
    struct sansmtp_span log_id;
    int64_t last_attempt;
    int64_t will_retry_until;
};
struct sansmtp_dsn {
    uint32_t size;
    uint32_t step;
    uint32_t flags;
    uint32_t column;
    uint64_t recipients;
    const struct sansmtp_dsn_report *report;
    struct sansmtp_dsn_scanned scan;
};
int sansmtp_dsn_returns(const struct sansmtp_dsn_report *report);
int sansmtp_dsn_begin(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_report *report, char *out, size_t capacity, size_t *out_length);
int sansmtp_dsn_text(struct sansmtp_dsn *dsn, const char *text, size_t length, char *out, size_t capacity, size_t *out_length);
int sansmtp_dsn_explain(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_fate *recipient, char *out, size_t capacity, size_t *out_length);
int sansmtp_dsn_field(struct sansmtp_dsn *dsn, const char *name, size_t name_length, const char *value, size_t length, char *out, size_t capacity, size_t *out_length);
int sansmtp_dsn_recipient(struct sansmtp_dsn *dsn, const struct sansmtp_dsn_fate *recipient, char *out, size_t capacity, size_t *out_length);
int sansmtp_dsn_original(struct sansmtp_dsn *dsn, struct sansmtp_span *in, char *out, size_t capacity, size_t *out_length);
int sansmtp_dsn_end(struct sansmtp_dsn *dsn, char *out, size_t capacity, size_t *out_length);
uint64_t sansmtp_dsn_needs(const struct sansmtp_dsn *dsn);
struct sansmtp_proxy {
    uint32_t size;
    uint32_t version;
    uint32_t family;
    uint32_t flags;
    uint32_t source_port;
    uint32_t destination_port;
    uint8_t source[16];
    uint8_t destination[16];
    struct sansmtp_span tlvs;
    uint64_t length;
};
int sansmtp_proxy_read(const uint8_t *octets, size_t length, size_t capacity, struct sansmtp_proxy *proxy);
int sansmtp_proxy_write(const struct sansmtp_proxy *proxy, uint8_t *out, size_t capacity, size_t *length);
int sansmtp_proxy_tlv_next(struct sansmtp_span *rest, uint32_t *type, struct sansmtp_span *value);
int sansmtp_proxy_tlv_write(uint32_t type, const struct sansmtp_span *value, uint8_t *out, size_t capacity, size_t *length);
struct sansmtp_proxy_ssl {
    uint32_t size;
    uint32_t client;
    uint32_t verify;
    uint32_t reserved;
    struct sansmtp_span tlvs;
};
int sansmtp_proxy_ssl_read(const struct sansmtp_span *value, struct sansmtp_proxy_ssl *ssl);
struct sansmtp_retry_attempt {
    uint32_t size;
    uint32_t stage;
    int32_t error;
    uint32_t code;
    uint32_t enhanced;
    uint32_t accepted;
    uint32_t flags;
    uint32_t reserved;
};
struct sansmtp_retry_judgement {
    uint32_t size;
    uint32_t action;
    uint32_t at_last;
    uint32_t enhanced;
    uint32_t flags;
};
int sansmtp_retry_judge(const struct sansmtp_retry_attempt *attempt, struct sansmtp_retry_judgement *judgement);
const char *sansmtp_retry_action_name(uint32_t action);
struct sansmtp_retry_options {
    uint32_t size;
    uint32_t growth;
    uint32_t jitter;
    uint32_t first;
    uint32_t greylisted;
    uint32_t longest;
    uint64_t lifetime;
    uint64_t bounce_lifetime;
    uint64_t warn_after;
};
struct sansmtp_retry {
    uint32_t size;
    uint32_t flags;
    uint32_t notify;
    uint32_t attempts;
    uint64_t arrived;
    uint64_t next;
    uint64_t hold_until;
    uint64_t deliver_by;
};
struct sansmtp_retry_plan {
    uint32_t size;
    uint32_t due;
    uint32_t told;
    uint32_t enhanced;
    uint64_t when;
    int64_t by;
};
int sansmtp_retry_options_init(struct sansmtp_retry_options *options, size_t size);
int sansmtp_retry_due(const struct sansmtp_retry_options *options, const struct sansmtp_retry *retry, uint64_t now, struct sansmtp_retry_plan *plan);
int sansmtp_retry_failed(const struct sansmtp_retry_options *options, struct sansmtp_retry *retry, uint32_t why, uint64_t now, uint64_t seed);
struct sansmtp_route_address {
    uint8_t octets[16];
    uint32_t length;
};
struct sansmtp_route_mx {
    uint32_t preference;
    uint32_t reserved;
    struct sansmtp_span target;
};
struct sansmtp_route_failure {
    struct sansmtp_route_address address;
    uint32_t failures;
    uint64_t since;
    uint64_t until;
};
struct sansmtp_route {
    uint32_t size;
    uint32_t flags;
    uint32_t order;
    uint32_t per_host;
    uint64_t seed;
    uint64_t now;
    struct sansmtp_span domain;
    uint32_t answers;
    uint32_t reserved;
    const struct sansmtp_route_mx *mx;
    size_t mx_count;
    const struct sansmtp_span *names;
    size_t name_count;
    const struct sansmtp_route_address *own;
    size_t own_count;
    const struct sansmtp_route_failure *failures;
    size_t failure_count;
};
struct sansmtp_route_host {
    uint32_t record;
    uint32_t preference;
    uint32_t flags;
    struct sansmtp_route_address literal;
    struct sansmtp_span name;
    uint32_t answers;
    uint32_t reserved;
    const struct sansmtp_route_address *addresses;
    size_t address_count;
};
struct sansmtp_route_attempt {
    uint32_t host;
    uint32_t index;
    uint32_t flags;
    struct sansmtp_route_address address;
};
struct sansmtp_route_result {
    uint32_t size;
    uint32_t verdict;
    uint32_t reason;
    uint32_t code;
    uint32_t enhanced;
    uint32_t flags;
    uint64_t when;
    size_t count;
};
int sansmtp_route_hosts(const struct sansmtp_route *route, struct sansmtp_route_host *hosts, size_t capacity, struct sansmtp_route_result *result);
int sansmtp_route_attempts(const struct sansmtp_route *route, const struct sansmtp_route_host *hosts, size_t count, struct sansmtp_route_attempt *attempts, size_t capacity, struct sansmtp_route_result *result);
int sansmtp_route_failed(struct sansmtp_route_failure *failures, size_t count, const struct sansmtp_route_address *address, uint64_t now, uint32_t first, uint32_t longest);
int sansmtp_route_worked(struct sansmtp_route_failure *failures, size_t count, const struct sansmtp_route_address *address);
uint64_t sansmtp_route_held(const struct sansmtp_route_failure *failures, size_t count, const struct sansmtp_route_address *address, uint64_t now);
const char *sansmtp_route_reason_name(uint32_t reason);
struct sansmtp_sasl_credentials {
    uint32_t size;
    uint32_t reserved;
    struct sansmtp_span authzid;
    struct sansmtp_span authcid;
    struct sansmtp_span password;
};
int sansmtp_sasl_plain_read(const uint8_t *message, size_t length, struct sansmtp_sasl_credentials *credentials);
int sansmtp_sasl_plain_write(const struct sansmtp_sasl_credentials *credentials, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_sasl_login_next(uint32_t *state, const struct sansmtp_span *response, struct sansmtp_span *challenge);
int sansmtp_sasl_login_answer(uint32_t number, const struct sansmtp_sasl_credentials *credentials, struct sansmtp_span *answer);
int sansmtp_sasl_external_read(const uint8_t *message, size_t length, struct sansmtp_span *text);
int sansmtp_sasl_anonymous_read(const uint8_t *message, size_t length, struct sansmtp_span *text);
int sansmtp_sasl_external_write(const struct sansmtp_span *text, struct sansmtp_span *answer);
int sansmtp_sasl_anonymous_write(const struct sansmtp_span *text, struct sansmtp_span *answer);
struct sansmtp_sasl_bearer {
    uint32_t size;
    uint32_t port;
    struct sansmtp_span user;
    struct sansmtp_span host;
    struct sansmtp_span token;
};
int sansmtp_sasl_bearer_read(const uint8_t *message, size_t length, struct sansmtp_sasl_bearer *bearer);
int sansmtp_sasl_xoauth2_read(const uint8_t *message, size_t length, struct sansmtp_sasl_bearer *bearer);
int sansmtp_sasl_bearer_write(const struct sansmtp_sasl_bearer *bearer, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_sasl_xoauth2_write(const struct sansmtp_sasl_bearer *bearer, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_sasl_name_decode(const uint8_t *name, size_t length, uint8_t *out, size_t capacity, size_t *out_length);
struct sansmtp_sasl_refusal {
    uint32_t size;
    uint32_t reserved;
    struct sansmtp_span status;
    struct sansmtp_span scope;
    struct sansmtp_span configuration;
};
int sansmtp_sasl_refusal_write(const struct sansmtp_sasl_refusal *refusal, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_sasl_refusal_read(const uint8_t *message, size_t length, struct sansmtp_sasl_refusal *refusal);
struct sansmtp_hash {
    uint32_t size;
    uint32_t digest;
    void *user;
    int (*hash)(void *user, const uint8_t *octets, size_t length, uint8_t *out);
    int (*hmac)(void *user, const uint8_t *key, size_t key_length, const uint8_t *octets, size_t length, uint8_t *out);
    int (*derive)(void *user, const struct sansmtp_span *password, const struct sansmtp_span *salt, uint32_t iterations, uint8_t *out);
};
struct sansmtp_scram_binding {
    struct sansmtp_span name;
    struct sansmtp_span data;
};
struct sansmtp_scram_options {
    uint32_t size;
    uint32_t flags;
    const struct sansmtp_hash *hash;
    struct sansmtp_span nonce;
    const struct sansmtp_scram_binding *bindings;
    uint32_t binding_count;
    uint32_t least_iterations;
    uint32_t most_iterations;
    uint32_t reserved;
    struct sansmtp_span authzid;
    struct sansmtp_span authcid;
    struct sansmtp_span password;
};
struct sansmtp_scram;
int sansmtp_scram_nonce(const uint8_t random[24], uint8_t out[32]);
int sansmtp_scram_client_init(struct sansmtp_scram **scram, void *memory, size_t length, const struct sansmtp_scram_options *options);
int sansmtp_scram_client_next(struct sansmtp_scram *scram, const struct sansmtp_span *challenge, struct sansmtp_span *answer);
int sansmtp_scram_verified(const struct sansmtp_scram *scram);
struct sansmtp_scram_record {
    uint32_t size;
    uint32_t iterations;
    struct sansmtp_span salt;
    struct sansmtp_span stored_key;
    struct sansmtp_span server_key;
};
int sansmtp_scram_derive(const struct sansmtp_hash *hash, const struct sansmtp_span *password, const struct sansmtp_span *salt, uint32_t iterations, uint8_t *stored_key, uint8_t *server_key);
int sansmtp_scram_server_init(struct sansmtp_scram **scram, void *memory, size_t length, const struct sansmtp_scram_options *options);
int sansmtp_scram_server_next(struct sansmtp_scram *scram, const struct sansmtp_span *response, uint32_t *step, struct sansmtp_span *text);
int sansmtp_scram_server_record(struct sansmtp_scram *scram, const struct sansmtp_scram_record *record, struct sansmtp_span *challenge);
int sansmtp_scram_authzid(const struct sansmtp_scram *scram, struct sansmtp_span *authzid);
int sansmtp_scram_end(struct sansmtp_scram *scram);
int sansmtp_cram_challenge(const struct sansmtp_span *unique, const struct sansmtp_span *hostname, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_cram_answer(const struct sansmtp_hash *hash, const struct sansmtp_span *name, const struct sansmtp_span *password, const struct sansmtp_span *challenge, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_cram_read(const uint8_t *response, size_t length, struct sansmtp_span *name, struct sansmtp_span *digits);
int sansmtp_cram_check(const struct sansmtp_hash *hash, const struct sansmtp_span *password, const struct sansmtp_span *challenge, const struct sansmtp_span *digits);
int sansmtp_txt_join(const uint8_t *rdata, size_t length, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_sts_txt_parse(const struct sansmtp_span *records, size_t count, struct sansmtp_span *id);
struct sansmtp_sts_policy {
    uint32_t size;
    uint32_t mode;
    uint32_t max_age;
    uint32_t mx_count;
    struct sansmtp_span text;
};
int sansmtp_sts_policy_parse(const uint8_t *text, size_t length, struct sansmtp_sts_policy *policy);
int sansmtp_sts_name_matches(const uint8_t *pattern, size_t pattern_length, const uint8_t *host, size_t host_length);
int sansmtp_sts_policy_names(const struct sansmtp_sts_policy *policy, const uint8_t *host, size_t host_length);
struct sansmtp_sts_cache {
    uint32_t size;
    uint32_t flags;
    int64_t fetched;
    int64_t failed;
    uint32_t max_age;
    uint32_t reserved;
    struct sansmtp_span id;
};
int sansmtp_sts_cache_decide(const struct sansmtp_sts_cache *cache, const struct sansmtp_span *id, int64_t now);
struct sansmtp_tlsa {
    uint32_t usage;
    uint32_t selector;
    uint32_t matching;
    uint32_t reserved;
    struct sansmtp_span data;
};
int sansmtp_tlsa_parse(const uint8_t *rdata, size_t length, struct sansmtp_tlsa *tlsa);
int sansmtp_tlsa_usable(const struct sansmtp_tlsa *tlsa);
int sansmtp_tlsa_name_write(const uint8_t *base, size_t length, uint32_t port, char *out, size_t capacity, size_t *out_length);
struct sansmtp_tlsa_certificate {
    uint32_t size;
    uint32_t flags;
    struct sansmtp_span certificate;
    struct sansmtp_span key;
    struct sansmtp_span certificate_sha256;
    struct sansmtp_span key_sha256;
    struct sansmtp_span certificate_sha512;
    struct sansmtp_span key_sha512;
};
int sansmtp_tlsa_match(const struct sansmtp_tlsa *records, size_t count, const struct sansmtp_tlsa_certificate *certificate);
struct sansmtp_channel_facts {
    uint32_t size;
    uint32_t flags;
    uint32_t least;
    uint32_t mx;
    uint32_t address;
    uint32_t tlsa;
    uint32_t tlsa_count;
    uint32_t tlsa_usable;
    uint32_t sts;
    uint32_t reserved;
};
struct sansmtp_channel {
    uint32_t size;
    uint32_t action;
    uint32_t level;
    uint32_t names;
    uint32_t sni;
    uint32_t reason;
    uint32_t report;
    uint32_t enhanced;
    uint32_t flags;
    uint32_t reserved;
};
int sansmtp_channel_decide(const struct sansmtp_channel_facts *facts, struct sansmtp_channel *channel);
struct sansmtp_channel_verdict {
    uint32_t size;
    uint32_t action;
    uint32_t reason;
    uint32_t report;
    uint32_t enhanced;
    uint32_t parameter;
};
int sansmtp_channel_judge(const struct sansmtp_channel *channel, uint32_t outcome, struct sansmtp_channel_verdict *verdict);
struct sansmtp_received {
    uint32_t size;
    uint32_t flags;
    struct sansmtp_span hello;
    struct sansmtp_span client_name;
    struct sansmtp_span client_address;
    struct sansmtp_span by;
    struct sansmtp_span id;
    struct sansmtp_span recipient;
    struct sansmtp_span tls_cipher;
    struct sansmtp_span tls_group;
    uint32_t tls_cipher_number;
    int32_t offset_minutes;
    int64_t seconds;
};
int sansmtp_received_write(const struct sansmtp_received *received, char *out, size_t capacity, size_t *out_length);
int sansmtp_return_path_write(const uint8_t *path, size_t length, int utf8, char *out, size_t capacity, size_t *out_length);
int sansmtp_date_write(int64_t seconds, int32_t offset_minutes, int unknown_zone, char out[32], size_t *length);
int sansmtp_literal_write(const uint8_t *address, size_t length, char out[48], size_t *out_length);
struct sansmtp_path {
    uint32_t size;
    uint32_t flags;
    uint32_t domain_kind;
    uint32_t reserved;
    struct sansmtp_span raw;
    struct sansmtp_span local;
    struct sansmtp_span domain;
    struct sansmtp_span route;
    uint8_t address[16];
};
int sansmtp_path_parse(const uint8_t *octets, size_t length, uint32_t accept, struct sansmtp_path *path);
int sansmtp_domain_parse(const uint8_t *octets, size_t length, uint32_t accept, uint32_t *kind, uint8_t address[16]);
int sansmtp_local_decode(const uint8_t *local, size_t length, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_mailbox_equal(const uint8_t *left, size_t left_length, const uint8_t *right, size_t right_length);
int sansmtp_xtext_decode(const uint8_t *octets, size_t length, uint8_t *out, size_t capacity, size_t *out_length);
int sansmtp_xtext_encode(const uint8_t *octets, size_t length, uint8_t *out, size_t capacity, size_t *out_length);
struct sansmtp_parameter {
    uint32_t size;
    uint32_t flags;
    uint64_t number;
    uint64_t second;
    struct sansmtp_span raw;
    struct sansmtp_span type;
    uint8_t *text;
    size_t capacity;
    size_t text_length;
};
int sansmtp_parameter_get(const struct sansmtp_event *event, uint32_t id, struct sansmtp_parameter *out);
int sansmtp_parameter_find(const struct sansmtp_event *event, const char *keyword, size_t length, struct sansmtp_span *value);
struct sansmtp_attribute {
    uint32_t size;
    uint32_t attribute;
    uint32_t flags;
    uint32_t reserved;
    size_t position;
    uint8_t *text;
    size_t capacity;
    size_t text_length;
};
int sansmtp_attribute_next(const struct sansmtp_event *event, struct sansmtp_attribute *out);
]]

abi.numbers = {
    SANSMTP_READ = 1,
    SANSMTP_WRITE = 2,
    SANSMTP_REPLY = 4,
    SANSMTP_TLS = 8,
    SANSMTP_TURN = 16,
    SANSMTP_CLOSE = 32,
    SANSMTP_IDLE = 64,
    SANSMTP_RECIPIENT = 128,
    SANSMTP_BODY = 256,
    SANSMTP_ERR_ARGUMENT = -1,
    SANSMTP_ERR_MEMORY = -2,
    SANSMTP_ERR_OPTIONS = -3,
    SANSMTP_ERR_STATE = -4,
    SANSMTP_ERR_BUSY = -5,
    SANSMTP_ERR_TEXT = -6,
    SANSMTP_ERR_CODE = -7,
    SANSMTP_ERR_ROOM = -8,
    SANSMTP_ERR_GONE = -101,
    SANSMTP_ERR_EXPIRED = -102,
    SANSMTP_ERR_BUDGET = -103,
    SANSMTP_ERR_INJECTION = -104,
    SANSMTP_ERR_FRAMING = -105,
    SANSMTP_ERR_PIPELINING = -106,
    SANSMTP_ERR_PROTOCOL = -107,
    SANSMTP_ERR_REFUSED = -108,
    SANSMTP_ERR_TLS = -109,
    SANSMTP_ERR_AUTH = -110,
    SANSMTP_ERR_SYNTAX = -201,
    SANSMTP_ERR_LENGTH = -202,
    SANSMTP_ERR_NEEDS_8BITMIME = -301,
    SANSMTP_ERR_NEEDS_BINARYMIME = -302,
    SANSMTP_ERR_NEEDS_SMTPUTF8 = -303,
    SANSMTP_ERR_SIZE = -304,
    SANSMTP_ERR_NEEDS_REQUIRETLS = -305,
    SANSMTP_ERR_NEEDS_DELIVERBY = -306,
    SANSMTP_ERR_NEEDS_FUTURERELEASE = -307,
    SANSMTP_ERR_NEEDS_RRVS = -308,
    SANSMTP_ERR_NEEDS_CONPERM = -309,
    SANSMTP_ERR_NEEDS_VERB = -310,
    SANSMTP_ERR_LIMITS = -311,
    SANSMTP_VERB_UNKNOWN = 0,
    SANSMTP_VERB_MAIL = 1,
    SANSMTP_VERB_RCPT = 2,
    SANSMTP_VERB_DATA = 3,
    SANSMTP_VERB_BDAT = 4,
    SANSMTP_VERB_EHLO = 5,
    SANSMTP_VERB_HELO = 6,
    SANSMTP_VERB_LHLO = 7,
    SANSMTP_VERB_QUIT = 8,
    SANSMTP_VERB_RSET = 9,
    SANSMTP_VERB_NOOP = 10,
    SANSMTP_VERB_STARTTLS = 11,
    SANSMTP_VERB_AUTH = 12,
    SANSMTP_VERB_VRFY = 13,
    SANSMTP_VERB_EXPN = 14,
    SANSMTP_VERB_HELP = 15,
    SANSMTP_VERB_TURN = 16,
    SANSMTP_VERB_SEND = 17,
    SANSMTP_VERB_SOML = 18,
    SANSMTP_VERB_SAML = 19,
    SANSMTP_VERB_ETRN = 20,
    SANSMTP_VERB_ATRN = 21,
    SANSMTP_VERB_BURL = 22,
    SANSMTP_VERB_XCLIENT = 23,
    SANSMTP_VERB_XFORWARD = 24,
    SANSMTP_VERB_VERB = 25,
    SANSMTP_VERB_ONEX = 26,
    SANSMTP_EXTENSION_PIPELINING = 1,
    SANSMTP_EXTENSION_SIZE = 2,
    SANSMTP_EXTENSION_8BITMIME = 4,
    SANSMTP_EXTENSION_SMTPUTF8 = 8,
    SANSMTP_EXTENSION_CHUNKING = 16,
    SANSMTP_EXTENSION_BINARYMIME = 32,
    SANSMTP_EXTENSION_ENHANCEDSTATUSCODES = 64,
    SANSMTP_EXTENSION_DSN = 128,
    SANSMTP_EXTENSION_STARTTLS = 256,
    SANSMTP_EXTENSION_AUTH = 512,
    SANSMTP_EXTENSION_HELP = 1024,
    SANSMTP_EXTENSION_EXPN = 2048,
    SANSMTP_EXTENSION_DELIVERBY = 4096,
    SANSMTP_EXTENSION_FUTURERELEASE = 8192,
    SANSMTP_EXTENSION_MT_PRIORITY = 16384,
    SANSMTP_EXTENSION_REQUIRETLS = 32768,
    SANSMTP_EXTENSION_RRVS = 65536,
    SANSMTP_EXTENSION_LIMITS = 131072,
    SANSMTP_EXTENSION_CHECKPOINT = 262144,
    SANSMTP_EXTENSION_NO_SOLICITING = 524288,
    SANSMTP_EXTENSION_MTRK = 1048576,
    SANSMTP_EXTENSION_CONPERM = 2097152,
    SANSMTP_EXTENSION_CONNEG = 4194304,
    SANSMTP_EXTENSION_BURL = 8388608,
    SANSMTP_EXTENSION_ETRN = 16777216,
    SANSMTP_EXTENSION_ATRN = 33554432,
    SANSMTP_EXTENSION_PRDR = 67108864,
    SANSMTP_EXTENSION_PIPECONNECT = 134217728,
    SANSMTP_EXTENSION_XCLIENT = 268435456,
    SANSMTP_EXTENSION_XFORWARD = 536870912,
    SANSMTP_PARAMETER_SIZE = 0,
    SANSMTP_PARAMETER_BODY = 1,
    SANSMTP_PARAMETER_SMTPUTF8 = 2,
    SANSMTP_PARAMETER_RET = 3,
    SANSMTP_PARAMETER_ENVID = 4,
    SANSMTP_PARAMETER_AUTH = 5,
    SANSMTP_PARAMETER_NOTIFY = 6,
    SANSMTP_PARAMETER_ORCPT = 7,
    SANSMTP_PARAMETER_CONPERM = 8,
    SANSMTP_PARAMETER_CONNEG = 9,
    SANSMTP_PARAMETER_BY = 10,
    SANSMTP_PARAMETER_HOLDFOR = 11,
    SANSMTP_PARAMETER_HOLDUNTIL = 12,
    SANSMTP_PARAMETER_MT_PRIORITY = 13,
    SANSMTP_PARAMETER_REQUIRETLS = 14,
    SANSMTP_PARAMETER_RRVS = 15,
    SANSMTP_PARAMETER_TRANSID = 16,
    SANSMTP_PARAMETER_SOLICIT = 17,
    SANSMTP_PARAMETER_MTRK = 18,
    SANSMTP_PARAMETER_PRDR = 19,
    SANSMTP_PARAMETER_SUBMITTER = 20,
    SANSMTP_BODY_7BIT = 1,
    SANSMTP_BODY_8BITMIME = 2,
    SANSMTP_BODY_BINARYMIME = 3,
    SANSMTP_RET_FULL = 1,
    SANSMTP_RET_HDRS = 2,
    SANSMTP_NOTIFY_NEVER = 1,
    SANSMTP_NOTIFY_SUCCESS = 2,
    SANSMTP_NOTIFY_FAILURE = 4,
    SANSMTP_NOTIFY_DELAY = 8,
    SANSMTP_BY_RETURN = 1,
    SANSMTP_BY_NOTIFY = 2,
    SANSMTP_BY_TRACE = 4,
    SANSMTP_RRVS_REJECT = 1,
    SANSMTP_RRVS_CONTINUE = 2,
    SANSMTP_DOMAIN_NONE = 0,
    SANSMTP_DOMAIN_NAME = 1,
    SANSMTP_DOMAIN_IPV4 = 2,
    SANSMTP_DOMAIN_IPV6 = 3,
    SANSMTP_DOMAIN_GENERAL = 4,
    SANSMTP_DOMAIN_ODD = 5,
    SANSMTP_EVENT_CONNECT = 1,
    SANSMTP_EVENT_HELLO = 2,
    SANSMTP_EVENT_MAIL = 3,
    SANSMTP_EVENT_RECIPIENT = 4,
    SANSMTP_EVENT_DATA = 5,
    SANSMTP_EVENT_CHUNK = 6,
    SANSMTP_EVENT_END = 7,
    SANSMTP_EVENT_VERIFY = 8,
    SANSMTP_EVENT_EXPAND = 9,
    SANSMTP_EVENT_HELP = 10,
    SANSMTP_EVENT_STARTTLS = 11,
    SANSMTP_EVENT_AUTH = 12,
    SANSMTP_EVENT_RESPONSE = 13,
    SANSMTP_EVENT_UNKNOWN = 14,
    SANSMTP_EVENT_ETRN = 15,
    SANSMTP_EVENT_ATRN = 16,
    SANSMTP_EVENT_BURL = 17,
    SANSMTP_EVENT_XCLIENT = 18,
    SANSMTP_EVENT_XFORWARD = 19,
    SANSMTP_EVENT_BODY = 64,
    SANSMTP_EVENT_RESET = 65,
    SANSMTP_EVENT_INJECTION = 66,
    SANSMTP_EVENT_EARLY_TALKER = 67,
    SANSMTP_EVENT_LIMIT = 68,
    SANSMTP_EVENT_TRACE = 69,
    SANSMTP_EVENT_CLOSING = 70,
    SANSMTP_EVENT_CHALLENGE = 32,
    SANSMTP_EVENT_READY = 96,
    SANSMTP_EVENT_SENDER = 97,
    SANSMTP_EVENT_RESULT = 98,
    SANSMTP_EVENT_FINAL = 99,
    SANSMTP_EVENT_OUTCOME = 100,
    SANSMTP_EVENT_REFUSAL = 101,
    SANSMTP_EVENT_REPLY = 102,
    SANSMTP_EVENT_RESTART = 103,
    SANSMTP_FLAG_QUOTED = 1,
    SANSMTP_FLAG_UTF8 = 2,
    SANSMTP_FLAG_POSTMASTER = 4,
    SANSMTP_FLAG_SOURCE_ROUTE = 8,
    SANSMTP_FLAG_UNBRACKETED = 16,
    SANSMTP_FLAG_INITIAL = 32,
    SANSMTP_FLAG_SECRET = 64,
    SANSMTP_FLAG_BARE_CR = 128,
    SANSMTP_FLAG_BARE_LF = 256,
    SANSMTP_FLAG_CHUNKED = 512,
    SANSMTP_FLAG_TLS = 1024,
    SANSMTP_FLAG_AUTHENTICATED = 2048,
    SANSMTP_FLAG_LAST = 4096,
    SANSMTP_FLAG_ACCEPTED = 8192,
    SANSMTP_FLAG_CUT = 16384,
    SANSMTP_FLAG_ENOUGH = 32768,
    SANSMTP_REASON_QUIT = 1,
    SANSMTP_REASON_RSET = 2,
    SANSMTP_REASON_HELLO = 3,
    SANSMTP_REASON_GONE = 4,
    SANSMTP_REASON_EXPIRED = 5,
    SANSMTP_REASON_CLOSED = 6,
    SANSMTP_REASON_BUDGET = 7,
    SANSMTP_REASON_INJECTION = 8,
    SANSMTP_REASON_FRAMING = 9,
    SANSMTP_REASON_MESSAGE_SIZE = 10,
    SANSMTP_REASON_BARE_NEWLINE = 11,
    SANSMTP_REASON_NUL = 12,
    SANSMTP_REASON_CHUNK = 13,
    SANSMTP_REASON_BINARY = 14,
    SANSMTP_REASON_PIPELINING = 15,
    SANSMTP_REASON_PROTOCOL = 16,
    SANSMTP_REASON_TURN = 17,
    SANSMTP_OUTCOME_DELIVERED = 1,
    SANSMTP_OUTCOME_REFUSED = 2,
    SANSMTP_OUTCOME_LATER = 3,
    SANSMTP_OUTCOME_UNCERTAIN = 4,
    SANSMTP_LIMIT_ERRORS = 65,
    SANSMTP_LIMIT_UNKNOWN = 66,
    SANSMTP_LIMIT_IDLE_COMMANDS = 67,
    SANSMTP_LIMIT_REPETITIONS = 68,
    SANSMTP_LIMIT_VERIFICATIONS = 69,
    SANSMTP_LIMIT_AUTHENTICATIONS = 70,
    SANSMTP_LIMIT_RECIPIENTS = 71,
    SANSMTP_LIMIT_MESSAGES = 72,
    SANSMTP_LIMIT_MESSAGE_SIZE = 73,
    SANSMTP_LIMIT_LINE = 74,
    SANSMTP_LIMIT_AUTH_LINE = 75,
    SANSMTP_RECIPIENT_ALL = 4294967295,
    SANSMTP_TLS_INSUFFICIENT = 1,
    SANSMTP_TLS_VERIFIED = 2,
    SANSMTP_OWN_VALUE_NONE = 0,
    SANSMTP_OWN_VALUE_REQUIRED = 1,
    SANSMTP_OWN_VALUE_OPTIONAL = 2,
    SANSMTP_CLIENT_LMTP = 1,
    SANSMTP_CLIENT_IMPLICIT_TLS = 2,
    SANSMTP_CLIENT_AUTH_IN_CLEAR = 4,
    SANSMTP_CLIENT_AUTH_OPTIONAL = 8,
    SANSMTP_CLIENT_NO_PIPELINING = 16,
    SANSMTP_CLIENT_TRACE = 32,
    SANSMTP_CLIENT_TLS_NONE = 0,
    SANSMTP_CLIENT_TLS_OPPORTUNISTIC = 1,
    SANSMTP_CLIENT_TLS_REQUIRED = 2,
    SANSMTP_CLIENT_CHUNKING_AUTO = 0,
    SANSMTP_CLIENT_CHUNKING_OFF = 1,
    SANSMTP_CLIENT_NEWLINES_REFUSE = 0,
    SANSMTP_CLIENT_NEWLINES_NORMALISE = 1,
    SANSMTP_ENVELOPE_ALL_OR_NONE = 1,
    SANSMTP_ENVELOPE_UTF8 = 2,
    SANSMTP_ENVELOPE_REQUIRETLS = 4,
    SANSMTP_ENVELOPE_CONPERM = 8,
    SANSMTP_ENVELOPE_PRDR = 16,
    SANSMTP_ENVELOPE_NO_PRIORITY = 32,
    SANSMTP_ENVELOPE_URLS = 64,
    SANSMTP_URLS_IMAP = 1,
    SANSMTP_URLS_SOME = 2,
    SANSMTP_SERVER_LMTP = 1,
    SANSMTP_SERVER_IMPLICIT_TLS = 2,
    SANSMTP_SERVER_REQUIRE_TLS = 4,
    SANSMTP_SERVER_REQUIRE_AUTH = 8,
    SANSMTP_SERVER_AUTH_IN_CLEAR = 16,
    SANSMTP_SERVER_REFUSE_NUL = 32,
    SANSMTP_SERVER_STRICT_PIPELINING = 64,
    SANSMTP_SERVER_TRACE = 128,
    SANSMTP_SERVER_GONE_AFTER_521 = 256,
    SANSMTP_SERVER_SUBMISSION = 512,
    SANSMTP_LENIENT_TRAILING_SPACE = 1,
    SANSMTP_LENIENT_HELLO = 2,
    SANSMTP_LENIENT_LOCAL_PART = 4,
    SANSMTP_LENIENT_INITIAL = 8,
    SANSMTP_LENIENT_PATH_SPACE = 16,
    SANSMTP_LENIENT_BRACKETS = 32,
    SANSMTP_LENIENT_DOUBLE_SPACE = 64,
    SANSMTP_BARE_REFUSE = 0,
    SANSMTP_BARE_NORMALISE = 1,
    SANSMTP_BARE_PASS = 2,
    SANSMTP_SERVER_LINE = 1200,
    SANSMTP_SERVER_LINE_BASIC = 552,
    SANSMTP_SERVER_LINE_ALL = 2600,
    SANSMTP_HOPS_MAX = 100,
    SANSMTP_HEADER_FIELDS_MAX = 63,
    SANSMTP_HEADER_ENDED = 1,
    SANSMTP_HEADER_ODD = 2,
    SANSMTP_RELAY_DROP_ROUTES = 1,
    SANSMTP_RELAY_PLAIN_SIGNS = 2,
    SANSMTP_RELAY_LOCAL = 1,
    SANSMTP_RELAY_DOMAIN = 2,
    SANSMTP_RELAY_CLIENT = 3,
    SANSMTP_RELAY_DENIED = 4,
    SANSMTP_RELAY_ROUTED = 5,
    SANSMTP_RELAY_SYNTAX = 6,
    SANSMTP_RATE_CONNECTIONS = 0,
    SANSMTP_RATE_MESSAGES = 1,
    SANSMTP_RATE_RECIPIENTS = 2,
    SANSMTP_RATE_OCTETS = 3,
    SANSMTP_RATE_LIMIT_MAX = 1099511627776,
    SANSMTP_RATE_WINDOW_MAX = 4194304,
    SANSMTP_DSN_FAILED = 1,
    SANSMTP_DSN_DELAYED = 2,
    SANSMTP_DSN_DELIVERED = 4,
    SANSMTP_DSN_RELAYED = 8,
    SANSMTP_DSN_EXPANDED = 16,
    SANSMTP_DSN_NO = 0,
    SANSMTP_DSN_MAY = 1,
    SANSMTP_DSN_MUST = 2,
    SANSMTP_DSN_HEADER_8BIT = 1,
    SANSMTP_DSN_HEADER_NOT_UTF8 = 2,
    SANSMTP_DSN_HEADER_BINARY = 4,
    SANSMTP_DSN_HEADER_BOUNDARY = 8,
    SANSMTP_DSN_BODY_8BIT = 16,
    SANSMTP_DSN_BODY_BINARY = 32,
    SANSMTP_DSN_BODY_BOUNDARY = 64,
    SANSMTP_DSN_HEADER_ENDED = 128,
    SANSMTP_DSN_8BITMIME = 1,
    SANSMTP_DSN_SMTPUTF8 = 2,
    SANSMTP_DSN_UTF8_TEXT = 4,
    SANSMTP_DSN_GLOBAL = 8,
    SANSMTP_DSN_REQUIRETLS = 16,
    SANSMTP_DSN_OWN_TEXT = 32,
    SANSMTP_DSN_UNKNOWN_ZONE = 64,
    SANSMTP_DSN_LIMIT = 65536,
    SANSMTP_DSN_RETURN_NONE = 0,
    SANSMTP_DSN_RETURN_HEADER = 1,
    SANSMTP_DSN_RETURN_FULL = 2,
    SANSMTP_PROXY_V1_MAX = 107,
    SANSMTP_PROXY_LEAST = 232,
    SANSMTP_PROXY_ROOM = 536,
    SANSMTP_PROXY_MORE = 1,
    SANSMTP_PROXY_UNKNOWN = 0,
    SANSMTP_PROXY_IPV4 = 1,
    SANSMTP_PROXY_IPV6 = 2,
    SANSMTP_PROXY_LOCAL = 1,
    SANSMTP_PROXY_CHECKSUM = 2,
    SANSMTP_PROXY_ALPN = 1,
    SANSMTP_PROXY_AUTHORITY = 2,
    SANSMTP_PROXY_CRC32C = 3,
    SANSMTP_PROXY_NOOP = 4,
    SANSMTP_PROXY_UNIQUE_ID = 5,
    SANSMTP_PROXY_SSL = 32,
    SANSMTP_PROXY_NETNS = 48,
    SANSMTP_PROXY_SSL_VERSION = 33,
    SANSMTP_PROXY_SSL_CN = 34,
    SANSMTP_PROXY_SSL_CIPHER = 35,
    SANSMTP_PROXY_SSL_SIG_ALG = 36,
    SANSMTP_PROXY_SSL_KEY_ALG = 37,
    SANSMTP_PROXY_CLIENT_TLS = 1,
    SANSMTP_PROXY_CLIENT_CERT = 2,
    SANSMTP_PROXY_CLIENT_CERT_SESSION = 4,
    SANSMTP_RETRY_CONNECT = 1,
    SANSMTP_RETRY_GREETING = 2,
    SANSMTP_RETRY_HELLO = 3,
    SANSMTP_RETRY_STARTTLS = 4,
    SANSMTP_RETRY_TLS = 5,
    SANSMTP_RETRY_AUTH = 6,
    SANSMTP_RETRY_MAIL = 7,
    SANSMTP_RETRY_RCPT = 8,
    SANSMTP_RETRY_DATA = 9,
    SANSMTP_RETRY_BODY = 10,
    SANSMTP_RETRY_END = 11,
    SANSMTP_RETRY_THROUGH_TLS = 1,
    SANSMTP_RETRY_CREDENTIALS = 2,
    SANSMTP_RETRY_DELIVERED = 1,
    SANSMTP_RETRY_GO_ON = 2,
    SANSMTP_RETRY_AGAIN = 3,
    SANSMTP_RETRY_NEXT_HOST = 4,
    SANSMTP_RETRY_LATER = 5,
    SANSMTP_RETRY_AUTHENTICATE = 6,
    SANSMTP_RETRY_BOUNCE = 7,
    SANSMTP_RETRY_HOLD = 1,
    SANSMTP_RETRY_GREYLISTED = 2,
    SANSMTP_RETRY_UNCERTAIN = 4,
    SANSMTP_RETRY_NULL_SENDER = 1,
    SANSMTP_RETRY_BY_RETURN = 2,
    SANSMTP_RETRY_BY_NOTIFY = 4,
    SANSMTP_RETRY_EXPIRED = 8,
    SANSMTP_RETRY_TOLD = 16,
    SANSMTP_RETRY_TOLD_LATE = 32,
    SANSMTP_RETRY_ATTEMPT = 1,
    SANSMTP_RETRY_LAST = 2,
    SANSMTP_RETRY_GIVE_UP = 4,
    SANSMTP_RETRY_TELL_FAILED = 8,
    SANSMTP_RETRY_TELL_DELAYED = 16,
    SANSMTP_ROUTE_FOUND = 1,
    SANSMTP_ROUTE_NODATA = 2,
    SANSMTP_ROUTE_NXDOMAIN = 4,
    SANSMTP_ROUTE_SERVFAIL = 8,
    SANSMTP_ROUTE_TIMEOUT = 16,
    SANSMTP_ROUTE_BOGUS = 32,
    SANSMTP_ROUTE_ALIAS = 64,
    SANSMTP_ROUTE_SMART_HOSTS = 1,
    SANSMTP_ROUTE_NO_ALIASES = 2,
    SANSMTP_ROUTE_HELD_LAST = 4,
    SANSMTP_ROUTE_LOCAL = 8,
    SANSMTP_ROUTE_PUBLIC_ONLY = 16,
    SANSMTP_ROUTE_ORDER_RESOLVER = 0,
    SANSMTP_ROUTE_ORDER_INTERLEAVE = 1,
    SANSMTP_ROUTE_ORDER_IPV4_FIRST = 2,
    SANSMTP_ROUTE_ORDER_IPV6_FIRST = 3,
    SANSMTP_ROUTE_ORDER_IPV4_ONLY = 4,
    SANSMTP_ROUTE_ORDER_IPV6_ONLY = 5,
    SANSMTP_ROUTE_IMPLICIT = 1,
    SANSMTP_ROUTE_LAST = 2,
    SANSMTP_ROUTE_NO_RECORD = 4294967295,
    SANSMTP_ROUTE_HELD = 1,
    SANSMTP_ROUTE_TRY = 1,
    SANSMTP_ROUTE_LATER = 2,
    SANSMTP_ROUTE_BOUNCE = 3,
    SANSMTP_ROUTE_REASON_NXDOMAIN = 1,
    SANSMTP_ROUTE_REASON_NULL_MX = 2,
    SANSMTP_ROUTE_REASON_LITERAL = 3,
    SANSMTP_ROUTE_REASON_UNUSABLE = 4,
    SANSMTP_ROUTE_REASON_LOOP = 5,
    SANSMTP_ROUTE_REASON_DNS = 6,
    SANSMTP_ROUTE_REASON_BOGUS = 7,
    SANSMTP_ROUTE_REASON_HELD = 8,
    SANSMTP_ROUTE_REASON_CUT = 9,
    SANSMTP_ROUTE_REASON_SMART_HOSTS = 10,
    SANSMTP_ROUTE_MORE = 1,
    SANSMTP_ROUTE_HOLD_FIRST = 300,
    SANSMTP_ROUTE_HOLD_LONGEST = 1800,
    SANSMTP_SASL_LOGIN_START = 0,
    SANSMTP_SASL_LOGIN_NAME = 1,
    SANSMTP_SASL_LOGIN_PASSWORD = 2,
    SANSMTP_SASL_LOGIN_DONE = 3,
    SANSMTP_SASL_LOGIN_FAILED = 4,
    SANSMTP_DIGEST_MAX = 64,
    SANSMTP_SCRAM_PLUS = 1,
    SANSMTP_SCRAM_MEMORY = 4096,
    SANSMTP_SCRAM_RANDOM = 24,
    SANSMTP_SCRAM_NONCE = 32,
    SANSMTP_SCRAM_LOOKUP = 1,
    SANSMTP_SCRAM_CHALLENGE = 2,
    SANSMTP_SCRAM_DONE = 3,
    SANSMTP_STS_MAX_AGE = 31557600,
    SANSMTP_STS_TEXT_MAX = 65536,
    SANSMTP_STS_REFRESH = 86400,
    SANSMTP_STS_RETRY = 300,
    SANSMTP_STS_ID_LONGEST = 32,
    SANSMTP_STS_NONE = 0,
    SANSMTP_STS_TESTING = 1,
    SANSMTP_STS_ENFORCE = 2,
    SANSMTP_STS_CACHED = 1,
    SANSMTP_STS_FAILED = 2,
    SANSMTP_STS_USE = 1,
    SANSMTP_STS_FETCH = 2,
    SANSMTP_TLSA_DANE_TA = 2,
    SANSMTP_TLSA_DANE_EE = 3,
    SANSMTP_TLSA_CERTIFICATE = 0,
    SANSMTP_TLSA_KEY = 1,
    SANSMTP_TLSA_FULL = 0,
    SANSMTP_TLSA_SHA256 = 1,
    SANSMTP_TLSA_SHA512 = 2,
    SANSMTP_TLSA_LEAF = 1,
    SANSMTP_DNS_UNKNOWN = 0,
    SANSMTP_DNS_SECURE = 1,
    SANSMTP_DNS_INSECURE = 2,
    SANSMTP_DNS_FAILED = 3,
    SANSMTP_CHANNEL_REQUIRETLS = 1,
    SANSMTP_CHANNEL_NULL_SENDER = 2,
    SANSMTP_CHANNEL_TLS_OPTIONAL = 4,
    SANSMTP_CHANNEL_STS_NAMED = 8,
    SANSMTP_CHANNEL_CLEAR = 0,
    SANSMTP_CHANNEL_ENCRYPT = 1,
    SANSMTP_CHANNEL_PKIX = 2,
    SANSMTP_CHANNEL_DANE = 3,
    SANSMTP_CHANNEL_CONNECT = 1,
    SANSMTP_CHANNEL_LOOK_UP = 2,
    SANSMTP_CHANNEL_SKIP = 3,
    SANSMTP_CHANNEL_FINE = 0,
    SANSMTP_CHANNEL_DNS = 1,
    SANSMTP_CHANNEL_NOT_NAMED = 2,
    SANSMTP_CHANNEL_FORGEABLE = 3,
    SANSMTP_CHANNEL_NO_STARTTLS = 4,
    SANSMTP_CHANNEL_NO_TLS = 5,
    SANSMTP_CHANNEL_NOT_PROVEN = 6,
    SANSMTP_CHANNEL_NO_KEYWORD = 7,
    SANSMTP_CHANNEL_NAME_MX = 1,
    SANSMTP_CHANNEL_NAME_BASE = 2,
    SANSMTP_CHANNEL_NAME_NEXT_HOP = 4,
    SANSMTP_CHANNEL_OFFERED = 1,
    SANSMTP_CHANNEL_TLS = 2,
    SANSMTP_CHANNEL_PROVEN = 4,
    SANSMTP_CHANNEL_KEYWORD = 8,
    SANSMTP_CHANNEL_SEND = 1,
    SANSMTP_CHANNEL_SEND_CLEAR = 2,
    SANSMTP_CHANNEL_NEXT = 3,
    SANSMTP_RECEIVED_ESMTP = 1,
    SANSMTP_RECEIVED_LMTP = 2,
    SANSMTP_RECEIVED_TLS = 4,
    SANSMTP_RECEIVED_AUTH = 8,
    SANSMTP_RECEIVED_UTF8 = 16,
    SANSMTP_RECEIVED_UNKNOWN_ZONE = 32,
    SANSMTP_RECEIVED_MAX = 2048,
    SANSMTP_ACCEPT_UTF8 = 1,
    SANSMTP_ACCEPT_NULL = 2,
    SANSMTP_ACCEPT_POSTMASTER = 4,
    SANSMTP_ACCEPT_LONG_LOCAL = 8,
    SANSMTP_ACCEPT_UNBRACKETED = 16,
    SANSMTP_ACCEPT_ODD_NAME = 32,
    SANSMTP_VALUE_LONGEST = 500,
    SANSMTP_VALUE_PRESENT = 1,
    SANSMTP_VALUE_DECODED = 2,
    SANSMTP_VALUE_TRUSTED = 4,
    SANSMTP_VALUE_NEGATIVE = 8,
    SANSMTP_ATTRIBUTE_NAME = 0,
    SANSMTP_ATTRIBUTE_ADDR = 1,
    SANSMTP_ATTRIBUTE_PORT = 2,
    SANSMTP_ATTRIBUTE_PROTO = 3,
    SANSMTP_ATTRIBUTE_HELO = 4,
    SANSMTP_ATTRIBUTE_LOGIN = 5,
    SANSMTP_ATTRIBUTE_DESTADDR = 6,
    SANSMTP_ATTRIBUTE_DESTPORT = 7,
    SANSMTP_ATTRIBUTE_IDENT = 8,
    SANSMTP_ATTRIBUTE_SOURCE = 9,
    SANSMTP_ATTRIBUTE_UNAVAILABLE = 1,
    SANSMTP_ATTRIBUTE_TEMPORARY = 2,
}

return abi
