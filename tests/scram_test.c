#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sansmtp/scram.h>

#include "guard.h"
#include "openssl_hash.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct sansmtp_span span(const char *text)
{
    return (struct sansmtp_span){(const uint8_t *)text, text ? strlen(text) : 0};
}

static void assert_text(struct sansmtp_span left, const char *right)
{
    assert_int_equal(left.length, strlen(right));
    if (left.length > 0) {
        assert_memory_equal(left.data, right, left.length);
    }
}

static struct sansmtp_hash sha1, sha256, md5;

static int open_hashes(void **state)
{
    (void)state;
    sha1 = openssl_hash("SHA1");
    sha256 = openssl_hash("SHA256");
    md5 = openssl_hash("MD5");
    return 0;
}

/* The examples of RFC 5802 5 and RFC 7677 3. */
static const struct example {
    const struct sansmtp_hash *hash;
    const char *client_nonce, *server_nonce, *salt;
    size_t salt_length;
    const char *client_first, *server_first, *client_final, *server_final;
} examples[] = {
    {&sha1, "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j",
     "\x41\x25\xC2\x47\xE4\x3A\xB1\xE9\x3C\x6D\xFF\x76", 12, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
     "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
     "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    {&sha256, "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
     "\x5B\x6D\x99\x68\x9D\x12\x35\x8E\xEC\xA0\x4B\x14\x12\x36\xFA\x81", 16,
     "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
     "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

static struct sansmtp_scram_options client_options(const struct sansmtp_hash *hash)
{
    struct sansmtp_scram_options options = {.size = sizeof options, .hash = hash};

    options.nonce = span("clientnonce");
    options.authcid = span("user");
    options.password = span("pencil");
    return options;
}

static struct sansmtp_scram_options server_options(const struct sansmtp_hash *hash)
{
    struct sansmtp_scram_options options = {.size = sizeof options, .hash = hash};

    options.nonce = span("servernonce");
    return options;
}

struct keys {
    uint8_t stored[SANSMTP_DIGEST_MAX], server[SANSMTP_DIGEST_MAX];
};

static struct sansmtp_scram_record record(const struct sansmtp_hash *hash, const char *password,
                                          struct sansmtp_span salt, struct keys *keys)
{
    struct sansmtp_scram_record made = {.size = sizeof made, .iterations = 4096, .salt = salt};
    struct sansmtp_span text = span(password);

    assert_int_equal(sansmtp_scram_derive(hash, &text, &salt, 4096, keys->stored, keys->server), 0);
    made.stored_key = (struct sansmtp_span){keys->stored, hash->digest};
    made.server_key = (struct sansmtp_span){keys->server, hash->digest};
    return made;
}

/* -- the examples ----------------------------------------------------------------------------- */

static void run_client(const struct example *example, const struct sansmtp_hash *hash)
{
    struct sansmtp_scram_options options = client_options(hash);
    struct sansmtp_span answer, challenge;
    struct sansmtp_scram *scram;
    uint8_t block[SANSMTP_SCRAM_MEMORY];

    options.nonce = span(example->client_nonce);
    assert_int_equal(sansmtp_scram_client_init(&scram, block, sizeof block, &options), 0);
    assert_int_equal(sansmtp_scram_verified(scram), 0);
    assert_int_equal(sansmtp_scram_client_next(scram, NULL, &answer), 0);
    assert_text(answer, example->client_first);
    challenge = span(example->server_first);
    assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), 0);
    assert_text(answer, example->client_final);
    assert_int_equal(sansmtp_scram_verified(scram), 0);
    challenge = span(example->server_final);
    assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), 0);
    assert_int_equal(answer.length, 0);
    assert_int_equal(sansmtp_scram_verified(scram), 1);
    assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), SANSMTP_ERR_STATE);
}

/* 5802-5-a: three messages of the client, the last of them empty. Once with the host's PBKDF2 and
 * once with our own. */
static void test_the_examples_as_client(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        struct sansmtp_hash hash = *examples[i].hash;

        run_client(&examples[i], &hash);
        hash.derive = NULL;
        run_client(&examples[i], &hash);
    }
}

/* 5802-5-a */
static void test_the_examples_as_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(examples); i++) {
        const struct example *example = &examples[i];
        struct sansmtp_scram_options options = server_options(example->hash);
        struct sansmtp_span salt = {(const uint8_t *)example->salt, example->salt_length};
        struct sansmtp_span text, message = span(example->client_first), empty = {NULL, 0};
        struct keys keys;
        struct sansmtp_scram_record user = record(example->hash, "pencil", salt, &keys);
        struct sansmtp_scram *scram;
        uint8_t block[SANSMTP_SCRAM_MEMORY];
        uint32_t step = 0;

        options.nonce = span(example->server_nonce);
        assert_int_equal(sansmtp_scram_server_init(&scram, block, sizeof block, &options), 0);
        assert_int_equal(sansmtp_scram_authzid(scram, &text), SANSMTP_ERR_STATE);
        assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text), 0);
        assert_int_equal(step, SANSMTP_SCRAM_LOOKUP);
        assert_text(text, "user");
        assert_int_equal(sansmtp_scram_authzid(scram, &text), 0);
        assert_int_equal(text.length, 0);
        assert_int_equal(sansmtp_scram_server_record(scram, &user, &text), 0);
        assert_text(text, example->server_first);
        message = span(example->client_final);
        assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text), 0);
        assert_int_equal(step, SANSMTP_SCRAM_CHALLENGE);
        assert_text(text, example->server_final);
        assert_int_equal(sansmtp_scram_server_next(scram, &empty, &step, &text), 0);
        assert_int_equal(step, SANSMTP_SCRAM_DONE);
        assert_int_equal(sansmtp_scram_server_next(scram, &empty, &step, &text), SANSMTP_ERR_STATE);
    }
}

/* -- both sides ------------------------------------------------------------------------------- */

struct pair {
    struct sansmtp_scram_options client, server;
    const char *password; /* of the record; NULL: there is no such user */
};

/* The first error of either side, or 0 with both content. */
static int talk(const struct pair *pair, const char *name, const char *authzid)
{
    struct sansmtp_scram *client, *server;
    uint8_t client_block[SANSMTP_SCRAM_MEMORY], server_block[SANSMTP_SCRAM_MEMORY];
    struct sansmtp_scram_record user;
    struct sansmtp_span answer, text;
    struct keys keys;
    uint32_t step = 0;
    int error;

    assert_int_equal(
        sansmtp_scram_client_init(&client, client_block, sizeof client_block, &pair->client), 0);
    assert_int_equal(
        sansmtp_scram_server_init(&server, server_block, sizeof server_block, &pair->server), 0);
    assert_int_equal(sansmtp_scram_client_next(client, NULL, &answer), 0);
    error = sansmtp_scram_server_next(server, &answer, &step, &text);
    if (error != 0) {
        return error;
    }
    assert_text(text, name);
    assert_int_equal(sansmtp_scram_authzid(server, &text), 0);
    assert_text(text, authzid);
    user = record(pair->server.hash, pair->password ? pair->password : "x", span("salt"), &keys);
    if (!pair->password) {
        user.stored_key = user.server_key = (struct sansmtp_span){NULL, 0};
    }
    assert_int_equal(sansmtp_scram_server_record(server, &user, &text), 0);
    assert_int_equal(sansmtp_scram_client_next(client, &text, &answer), 0);
    error = sansmtp_scram_server_next(server, &answer, &step, &text);
    if (error != 0) {
        return error;
    }
    error = sansmtp_scram_client_next(client, &text, &answer);
    if (error != 0) {
        return error;
    }
    assert_int_equal(sansmtp_scram_verified(client), 1);
    assert_int_equal(sansmtp_scram_server_next(server, &answer, &step, &text), 0);
    assert_int_equal(step, SANSMTP_SCRAM_DONE);
    return 0;
}

static void test_names_with_signs(void **state)
{
    static const char *names[] = {"user", "a,b=c", "=", ",", "=2C", "\xC3\xA4@example.test", "a b"};
    (void)state;

    for (size_t i = 0; i < COUNT(names) * COUNT(names); i++) {
        struct pair pair = {client_options(&sha256), server_options(&sha256), "pencil"};

        pair.client.authcid = span(names[i % COUNT(names)]);
        pair.client.authzid = span(names[i / COUNT(names)]);
        assert_int_equal(talk(&pair, names[i % COUNT(names)], names[i / COUNT(names)]), 0);
    }
}

static void test_a_wrong_password_and_nobody(void **state)
{
    struct pair pair = {client_options(&sha1), server_options(&sha1), "pencils"};
    (void)state;

    assert_int_equal(talk(&pair, "user", ""), SANSMTP_ERR_AUTH);
    pair.password = NULL;
    assert_int_equal(talk(&pair, "user", ""), SANSMTP_ERR_AUTH);
    pair.password = "pencil";
    assert_int_equal(talk(&pair, "user", ""), 0);
}

/* RFC 5802 6: who binds, who could, who cannot; and what the other side makes of it. */
static void test_channel_binding(void **state)
{
    static const uint8_t octets[32] = {1, 2, 3}, others[32] = {1, 2, 4};
    const struct sansmtp_scram_binding exporter = {span("tls-exporter"), {octets, 32}};
    const struct sansmtp_scram_binding stranger = {span("tls-exporter"), {others, 32}};
    const struct sansmtp_scram_binding both[] = {{span("tls-unique"), {others, 12}}, exporter};
    const struct row {
        const struct sansmtp_scram_binding *client, *server;
        uint32_t client_flags, server_flags, server_count;
        int error;
    } rows[] = {
        {&exporter, &exporter, SANSMTP_SCRAM_PLUS, SANSMTP_SCRAM_PLUS, 1, 0},
        {&exporter, both, SANSMTP_SCRAM_PLUS, SANSMTP_SCRAM_PLUS, 2, 0},
        {&exporter, both, SANSMTP_SCRAM_PLUS, SANSMTP_SCRAM_PLUS, 1, SANSMTP_ERR_AUTH},
        {&exporter, &stranger, SANSMTP_SCRAM_PLUS, SANSMTP_SCRAM_PLUS, 1, SANSMTP_ERR_AUTH},
        {&exporter, &exporter, SANSMTP_SCRAM_PLUS, 0, 1, SANSMTP_ERR_AUTH},
        {NULL, &exporter, 0, SANSMTP_SCRAM_PLUS, 1, SANSMTP_ERR_AUTH},
        {&exporter, &exporter, 0, SANSMTP_SCRAM_PLUS, 1, SANSMTP_ERR_AUTH},
        {NULL, NULL, 0, 0, 0, 0},                          /* n */
        {NULL, &exporter, 0, 0, 1, 0},                     /* n, though it was offered */
        {&exporter, NULL, 0, 0, 0, 0},                     /* y, and it was not offered */
        {&exporter, &exporter, 0, 0, 1, SANSMTP_ERR_AUTH}, /* y, but it was */
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct pair pair = {client_options(&sha256), server_options(&sha256), "pencil"};

        pair.client.flags = rows[i].client_flags;
        pair.client.bindings = rows[i].client;
        pair.client.binding_count = rows[i].client ? 1 : 0;
        pair.server.flags = rows[i].server_flags;
        pair.server.bindings = rows[i].server;
        pair.server.binding_count = rows[i].server_count;
        assert_int_equal(talk(&pair, "user", ""), rows[i].error);
    }
}

/* -- messages that are none ------------------------------------------------------------------- */

static int client_hears(const struct sansmtp_scram_options *options, const char *challenge)
{
    struct sansmtp_scram *scram;
    uint8_t block[SANSMTP_SCRAM_MEMORY];
    size_t length = strlen(challenge);
    uint8_t *copy = guard_copy(challenge, length);
    struct sansmtp_span given = {copy, length}, answer = {NULL, 0};
    int error;

    assert_int_equal(sansmtp_scram_client_init(&scram, block, sizeof block, options), 0);
    assert_int_equal(sansmtp_scram_client_next(scram, NULL, &answer), 0);
    error = sansmtp_scram_client_next(scram, &given, &answer);
    if (error != 0) {
        assert_int_equal(sansmtp_scram_client_next(scram, &given, &answer), SANSMTP_ERR_STATE);
        assert_int_equal(sansmtp_scram_verified(scram), 0);
    }
    guard_free(copy, length);
    return error;
}

/* 5802-5.1-a, 7677-3-a */
static void test_server_first_messages(void **state)
{
    static const struct {
        const char *message;
        int error;
    } rows[] = {
        {"r=clientnonceX,s=QSXC,i=4096", 0},
        {"r=clientnonceX,s=QSXC,i=4096,x=y,Z=", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=QSXC,i=4096,x=y,Z=1", 0},
        {"r=clientnonceX,s=QSXC,i=4096,", SANSMTP_ERR_SYNTAX},
        {"r=clientnonce,s=QSXC,i=4096", SANSMTP_ERR_AUTH},
        {"r=clientnoncX,s=QSXC,i=4096", SANSMTP_ERR_AUTH},
        {"r=Xclientnonce,s=QSXC,i=4096", SANSMTP_ERR_AUTH},
        {"r=clientnonceX,s=QSXC,i=4095", SANSMTP_ERR_AUTH},
        {"r=clientnonceX,s=QSXC,i=1", SANSMTP_ERR_AUTH},
        {"r=clientnonceX,s=QSXC,i=1000001", SANSMTP_ERR_AUTH},
        {"r=clientnonceX,s=QSXC,i=4294967296", SANSMTP_ERR_AUTH},
        {"r=clientnonceX,s=QSXC,i=18446744073709555712", SANSMTP_ERR_AUTH},
        {"r=clientnonceX,s=QSXC,i=0", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=QSXC,i=04096", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=QSXC,i=-1", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=QSXC,i=", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=QSXC", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=,i=4096", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,s=QSX,i=4096", SANSMTP_ERR_SYNTAX},
        {"r=clientnonceX,i=4096,s=QSXC", SANSMTP_ERR_SYNTAX},
        {"s=QSXC,r=clientnonceX,i=4096", SANSMTP_ERR_SYNTAX},
        {"m=x,r=clientnonceX,s=QSXC,i=4096", SANSMTP_ERR_SYNTAX},
        {"r=clientnonce\x7f,s=QSXC,i=4096", SANSMTP_ERR_SYNTAX},
        {"r=clientnonce X,s=QSXC,i=4096", SANSMTP_ERR_SYNTAX},
        {"R=clientnonceX,s=QSXC,i=4096", SANSMTP_ERR_SYNTAX},
        {"e=unknown-user", SANSMTP_ERR_SYNTAX},
        {"r", SANSMTP_ERR_SYNTAX},
        {"", SANSMTP_ERR_SYNTAX},
    };
    const struct sansmtp_scram_options options = client_options(&sha1);
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(client_hears(&options, rows[i].message), rows[i].error);
    }
}

/* 7677-3-a: the bounds of iterations are the host's */
static void test_iterations_are_bounded_by_options(void **state)
{
    struct sansmtp_scram_options options = client_options(&sha1);
    (void)state;

    options.least_iterations = 3;
    options.most_iterations = 5;
    assert_int_equal(client_hears(&options, "r=clientnonceX,s=QSXC,i=2"), SANSMTP_ERR_AUTH);
    assert_int_equal(client_hears(&options, "r=clientnonceX,s=QSXC,i=3"), 0);
    assert_int_equal(client_hears(&options, "r=clientnonceX,s=QSXC,i=5"), 0);
    assert_int_equal(client_hears(&options, "r=clientnonceX,s=QSXC,i=6"), SANSMTP_ERR_AUTH);
}

/* A salt has at most 128 octets; 172 of base64 are that, with one octet of padding. */
static void test_the_salt_is_bounded(void **state)
{
    char message[400];
    const struct sansmtp_scram_options options = client_options(&sha1);
    (void)state;

    for (int i = 0; i < 3; i++) {
        int length = 172 + (i == 2 ? 4 : 0);

        snprintf(message, sizeof message, "r=clientnonceX,s=%.*s,i=4096", length,
                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                 "AAAAAAAAAAAAAAAAAAA");
        if (i == 0) {
            message[17 + 171] = '=';
        }
        assert_int_equal(client_hears(&options, message), i == 0 ? 0 : SANSMTP_ERR_LENGTH);
    }
}

/* 5802-5.1-a: 235 without the right signature is no success. */
static void test_server_final_messages(void **state)
{
    static const struct {
        const char *message;
        int error;
    } rows[] = {
        {"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", 0},
        {"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,x=y", 0},
        {"v=rmF9pqV8S7suAoZWja4dJRkFsKU=", SANSMTP_ERR_AUTH},
        {"v=rmF9pqV8S7suAoZWja4dJRkFsA==", SANSMTP_ERR_AUTH},
        {"v=", SANSMTP_ERR_AUTH},
        {"v=rmF9pqV8S7suAoZWja4dJRkFsKQ", SANSMTP_ERR_SYNTAX},
        {"e=invalid-proof", SANSMTP_ERR_AUTH},
        {"r=x", SANSMTP_ERR_SYNTAX},
        {"", SANSMTP_ERR_SYNTAX},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sansmtp_scram_options options = client_options(&sha1);
        struct sansmtp_span answer, challenge = span(examples[0].server_first);
        struct sansmtp_scram *scram;
        uint8_t block[SANSMTP_SCRAM_MEMORY];

        options.nonce = span(examples[0].client_nonce);
        assert_int_equal(sansmtp_scram_client_init(&scram, block, sizeof block, &options), 0);
        assert_int_equal(sansmtp_scram_client_next(scram, NULL, &answer), 0);
        assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), 0);
        challenge = span(rows[i].message);
        assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), rows[i].error);
        assert_int_equal(sansmtp_scram_verified(scram), rows[i].error == 0);
    }
}

static int server_hears(struct sansmtp_span message)
{
    const struct sansmtp_scram_options options = server_options(&sha1);
    uint8_t *copy = guard_copy(message.data, message.length);
    struct sansmtp_span given = {copy, message.length}, text;
    struct sansmtp_scram *scram;
    uint8_t block[SANSMTP_SCRAM_MEMORY];
    uint32_t step = 0;
    int error;

    assert_int_equal(sansmtp_scram_server_init(&scram, block, sizeof block, &options), 0);
    error = sansmtp_scram_server_next(scram, &given, &step, &text);
    assert_int_equal(step, error == 0 ? SANSMTP_SCRAM_LOOKUP : 0);
    assert_int_equal(sansmtp_scram_server_next(scram, &given, &step, &text), SANSMTP_ERR_STATE);
    guard_free(copy, message.length);
    return error;
}

static void test_client_first_messages(void **state)
{
    static const struct {
        const char *message;
        int error;
    } rows[] = {
        {"n,,n=user,r=x", 0},
        {"y,,n=user,r=x", 0},
        {"n,a=z,n=user,r=x,k=v", 0},
        {"n,a=,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"n,z,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"p=tls-unique,,n=user,r=x", SANSMTP_ERR_AUTH},
        {"p=,,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"x,,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {",,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"n,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,m=x,n=user,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=us=er,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=us=2cer,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=user=,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=user=3,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=\xC3,r=x", SANSMTP_ERR_SYNTAX},
        {"n,,n=user,r=", SANSMTP_ERR_SYNTAX},
        {"n,,n=user,r=x y", SANSMTP_ERR_SYNTAX},
        {"n,,n=user,r=x,", SANSMTP_ERR_SYNTAX},
        {"n,,n=user,r=x,1=y", SANSMTP_ERR_SYNTAX},
        {"n,,n=user", SANSMTP_ERR_SYNTAX},
        {"n,,r=x,n=user", SANSMTP_ERR_SYNTAX},
        {"n,,", SANSMTP_ERR_SYNTAX},
        {"n,", SANSMTP_ERR_SYNTAX},
        {"", SANSMTP_ERR_SYNTAX},
    };
    static uint8_t large[5000];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(server_hears(span(rows[i].message)), rows[i].error);
    }
    assert_int_equal(server_hears((struct sansmtp_span){(const uint8_t *)"n,,n=u\0v,r=x", 12}),
                     SANSMTP_ERR_SYNTAX);
    memset(large, 'x', sizeof large);
    memcpy(large, "n,,n=user,r=", 12);
    assert_int_equal(server_hears((struct sansmtp_span){large, 12 + 256}), 0);
    assert_int_equal(server_hears((struct sansmtp_span){large, 12 + 257}), SANSMTP_ERR_LENGTH);
    assert_int_equal(server_hears((struct sansmtp_span){large, 5000}), SANSMTP_ERR_LENGTH);
}

static void test_client_final_messages(void **state)
{
    static const char good[] =
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=";
    static const struct {
        const char *message;
        int error;
    } rows[] = {
        {good, 0},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Tw=",
         SANSMTP_ERR_AUTH},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,x=y,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
         SANSMTP_ERR_AUTH}, /* what is signed has changed */
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
         SANSMTP_ERR_SYNTAX},
        {"c=eSws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
         SANSMTP_ERR_AUTH},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7k,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
         SANSMTP_ERR_AUTH},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7jX,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
         SANSMTP_ERR_AUTH},
        {"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
         SANSMTP_ERR_AUTH},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI",
         SANSMTP_ERR_SYNTAX},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=", SANSMTP_ERR_SYNTAX},
        {"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j", SANSMTP_ERR_SYNTAX},
        {"p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", SANSMTP_ERR_SYNTAX},
        {"", SANSMTP_ERR_SYNTAX},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct example *example = &examples[0];
        struct sansmtp_scram_options options = server_options(&sha1);
        struct sansmtp_span salt = {(const uint8_t *)example->salt, example->salt_length};
        struct sansmtp_span text, message = span(example->client_first);
        struct keys keys;
        struct sansmtp_scram_record user = record(&sha1, "pencil", salt, &keys);
        struct sansmtp_scram *scram;
        uint8_t block[SANSMTP_SCRAM_MEMORY];
        uint32_t step = 0;

        options.nonce = span(example->server_nonce);
        assert_int_equal(sansmtp_scram_server_init(&scram, block, sizeof block, &options), 0);
        assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text), 0);
        assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text),
                         SANSMTP_ERR_STATE); /* a record is due, and stays so */
        assert_int_equal(sansmtp_scram_server_record(scram, &user, &text), 0);
        assert_int_equal(sansmtp_scram_server_record(scram, &user, &text), SANSMTP_ERR_STATE);
        message = span(rows[i].message);
        assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text), rows[i].error);
        if (rows[i].error == 0) {
            message = span("x"); /* the last word is empty */
            assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text),
                             SANSMTP_ERR_SYNTAX);
        }
        assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text),
                         SANSMTP_ERR_STATE);
    }
}

/* -- memory, options, secrets ----------------------------------------------------------------- */

static void test_any_place_will_do_and_is_wiped(void **state)
{
    struct sansmtp_scram_options options = client_options(&sha1);
    (void)state;

    for (size_t skip = 0; skip < 32; skip++) {
        uint8_t *block = guard_alloc(SANSMTP_SCRAM_MEMORY + skip);
        struct sansmtp_span answer, challenge = span("r=clientnonceX,s=QSXC,i=4096");
        struct sansmtp_scram *scram;

        assert_int_equal(
            sansmtp_scram_client_init(&scram, block + skip, SANSMTP_SCRAM_MEMORY - 1, &options),
            SANSMTP_ERR_MEMORY);
        assert_int_equal(
            sansmtp_scram_client_init(&scram, block + skip, SANSMTP_SCRAM_MEMORY, &options), 0);
        assert_int_equal(sansmtp_scram_client_next(scram, NULL, &answer), 0);
        assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), 0);
        assert_int_equal(sansmtp_scram_end(scram), 0);
        assert_null(memmem(block, SANSMTP_SCRAM_MEMORY + skip, "clientnonce", 11));
        assert_int_equal(sansmtp_scram_client_next(scram, &challenge, &answer), SANSMTP_ERR_STATE);
        guard_free(block, SANSMTP_SCRAM_MEMORY + skip);
    }
}

static int failing(void *user, const uint8_t *octets, size_t length, uint8_t *out)
{
    (void)user, (void)octets, (void)length, (void)out;
    return 1;
}

static int calls_left;

static int failing_some_time(void *user, const uint8_t *key, size_t key_length,
                             const uint8_t *octets, size_t length, uint8_t *out)
{
    return calls_left-- > 0 ? sha1.hmac(user, key, key_length, octets, length, out) : 1;
}

/* Whichever call fails, it is told, and nobody is let in. */
static void test_a_hash_that_fails(void **state)
{
    struct pair pair = {client_options(&sha1), server_options(&sha1), "pencil"};
    struct sansmtp_hash hash = sha1;
    (void)state;

    hash.hash = failing;
    pair.client.hash = &hash;
    assert_int_equal(client_hears(&pair.client, "r=clientnonceX,s=QSXC,i=4096"),
                     SANSMTP_ERR_OPTIONS);
    hash = sha1;
    hash.hmac = failing_some_time;
    hash.derive = NULL;
    for (int calls = 0; calls < 4096 + 4; calls += calls == 10 ? 4080 : 1) {
        calls_left = calls;
        assert_int_equal(client_hears(&pair.client, "r=clientnonceX,s=QSXC,i=4096"),
                         SANSMTP_ERR_OPTIONS);
    }
    calls_left = 4096 + 4;
    assert_int_equal(client_hears(&pair.client, "r=clientnonceX,s=QSXC,i=4096"), 0);
    calls_left = 0;
    pair.client.hash = &sha1;
    pair.server.hash = &hash;
    for (int calls = 0; calls < 2; calls++) {
        struct keys keys;
        struct sansmtp_scram_record user = record(&sha1, "pencil", span("salt"), &keys);
        struct sansmtp_scram *client, *server;
        uint8_t one[SANSMTP_SCRAM_MEMORY], two[SANSMTP_SCRAM_MEMORY];
        struct sansmtp_span answer, text;
        uint32_t step;

        calls_left = calls;
        assert_int_equal(sansmtp_scram_client_init(&client, one, sizeof one, &pair.client), 0);
        assert_int_equal(sansmtp_scram_server_init(&server, two, sizeof two, &pair.server), 0);
        assert_int_equal(sansmtp_scram_client_next(client, NULL, &answer), 0);
        assert_int_equal(sansmtp_scram_server_next(server, &answer, &step, &text), 0);
        assert_int_equal(sansmtp_scram_server_record(server, &user, &text), 0);
        assert_int_equal(sansmtp_scram_client_next(client, &text, &answer), 0);
        assert_int_equal(sansmtp_scram_server_next(server, &answer, &step, &text),
                         SANSMTP_ERR_OPTIONS);
    }
}

static void test_options(void **state)
{
    static const uint8_t octets[300] = {1};
    struct sansmtp_scram_binding binding = {span("tls-unique"), {octets, 12}};
    struct sansmtp_scram_options options;
    struct sansmtp_hash hash = sha1;
    struct sansmtp_scram *scram = NULL;
    uint8_t block[SANSMTP_SCRAM_MEMORY];
    char name[257];
    (void)state;

    memset(name, 'x', 256);
    name[256] = '\0';
#define REFUSED(change, error)                                                                     \
    do {                                                                                           \
        options = client_options(&hash);                                                           \
        change;                                                                                    \
        assert_int_equal(sansmtp_scram_client_init(&scram, block, sizeof block, &options), error); \
        assert_null(scram);                                                                        \
    } while (0)
    REFUSED(options.size--, SANSMTP_ERR_ARGUMENT);
    REFUSED(options.hash = NULL, SANSMTP_ERR_OPTIONS);
    REFUSED(options.flags = 2, SANSMTP_ERR_OPTIONS);
    REFUSED(options.flags = SANSMTP_SCRAM_PLUS, SANSMTP_ERR_OPTIONS);
    REFUSED(options.binding_count = 1, SANSMTP_ERR_OPTIONS);
    REFUSED(options.nonce = span(""), SANSMTP_ERR_OPTIONS);
    REFUSED(options.nonce = span("a,b"), SANSMTP_ERR_OPTIONS);
    REFUSED(options.nonce = span("a b"), SANSMTP_ERR_OPTIONS);
    REFUSED((options.nonce.data = octets, options.nonce.length = 1), SANSMTP_ERR_OPTIONS);
    REFUSED((options.least_iterations = 6, options.most_iterations = 5), SANSMTP_ERR_OPTIONS);
    REFUSED(options.most_iterations = 5, SANSMTP_ERR_OPTIONS);
    REFUSED(options.authcid = span(""), SANSMTP_ERR_TEXT);
    REFUSED(options.authcid = span("\xFF"), SANSMTP_ERR_TEXT);
    REFUSED(options.authzid = ((struct sansmtp_span){(const uint8_t *)"a\0b", 3}),
            SANSMTP_ERR_TEXT);
    REFUSED(options.password = span(""), SANSMTP_ERR_TEXT);
    REFUSED(options.authcid = span(name), SANSMTP_ERR_LENGTH);
    REFUSED(options.authzid = span(name), SANSMTP_ERR_LENGTH);
    hash.digest = 65;
    REFUSED((void)0, SANSMTP_ERR_OPTIONS);
    hash.digest = 0;
    REFUSED((void)0, SANSMTP_ERR_OPTIONS);
    hash = sha1;
    hash.hmac = NULL;
    REFUSED((void)0, SANSMTP_ERR_OPTIONS);
    hash = sha1;
    binding.data.length = 257;
    REFUSED((options.bindings = &binding, options.binding_count = 1), SANSMTP_ERR_LENGTH);
    binding.data.length = 0;
    REFUSED((options.bindings = &binding, options.binding_count = 1), SANSMTP_ERR_OPTIONS);
    binding = (struct sansmtp_scram_binding){span("a,b"), {octets, 12}};
    REFUSED((options.bindings = &binding, options.binding_count = 1), SANSMTP_ERR_OPTIONS);
#undef REFUSED
    options = client_options(&hash);
    assert_int_equal(sansmtp_scram_client_init(NULL, block, sizeof block, &options),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_client_init(&scram, NULL, sizeof block, &options),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_client_init(&scram, block, sizeof block, NULL),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_server_init(NULL, block, sizeof block, &options),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_verified(NULL), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_end(NULL), SANSMTP_ERR_ARGUMENT);
}

/* What a record must be; a wrong one changes nothing. */
static void test_records(void **state)
{
    const struct sansmtp_scram_options options = server_options(&sha1);
    struct sansmtp_span text, message = span("n,,n=user,r=x"), salt = span("salt"),
                              none = {NULL, 0};
    static const uint8_t large[129] = {0};
    struct keys keys;
    struct sansmtp_scram_record good = record(&sha1, "pencil", salt, &keys), bad;
    struct sansmtp_scram *scram;
    uint8_t block[SANSMTP_SCRAM_MEMORY];
    uint32_t step;
    (void)state;

    assert_int_equal(sansmtp_scram_server_init(&scram, block, sizeof block, &options), 0);
    assert_int_equal(sansmtp_scram_server_record(scram, &good, &text), SANSMTP_ERR_STATE);
    assert_int_equal(sansmtp_scram_server_next(scram, &message, &step, &text), 0);
    for (int i = 0; i < 6; i++) {
        bad = good;
        bad.size -= i == 0 ? 1 : 0;
        bad.iterations = i == 1 ? 0 : bad.iterations;
        bad.salt = i == 2 ? none : bad.salt;
        bad.stored_key.length -= i == 3 ? 1 : 0;
        bad.server_key = i == 4 ? none : bad.server_key;
        bad.salt = i == 5 ? (struct sansmtp_span){large, 129} : bad.salt;
        assert_int_equal(sansmtp_scram_server_record(scram, &bad, &text),
                         i == 5 ? SANSMTP_ERR_LENGTH : SANSMTP_ERR_ARGUMENT);
    }
    assert_int_equal(sansmtp_scram_server_record(scram, &good, &text), 0);
    assert_text(text, "r=xservernonce,s=c2FsdA==,i=4096");
    assert_int_equal(sansmtp_scram_derive(&sha1, &none, &salt, 1, keys.stored, keys.server),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_derive(&sha1, &salt, &none, 1, keys.stored, keys.server),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_derive(&sha1, &salt, &salt, 0, keys.stored, keys.server),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_derive(&sha1, &salt, &bad.salt, 1, keys.stored, keys.server),
                     SANSMTP_ERR_LENGTH);
}

static void test_nonce(void **state)
{
    static const uint8_t random[24] = {0, 1, 2, 0xFF, 0xFE, 0xFD};
    uint8_t *out = guard_alloc(32);
    (void)state;

    assert_int_equal(sansmtp_scram_nonce(random, out), 0);
    assert_memory_equal(out, "AAEC//79AAAAAAAAAAAAAAAAAAAAAAAA", 32);
    assert_int_equal(sansmtp_scram_nonce(NULL, out), SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_scram_nonce(random, NULL), SANSMTP_ERR_ARGUMENT);
    guard_free(out, 32);
}

/* -- CRAM-MD5 --------------------------------------------------------------------------------- */

/* RFC 2195 2: the example, made and checked */
static void test_cram(void **state)
{
    struct sansmtp_span challenge = span("<1896.697170952@postoffice.reston.mci.net>");
    struct sansmtp_span name = span("tim"), password = span("tanstaaftanstaaf"), digits;
    struct sansmtp_span wrong = span("tanstaaftanstaag");
    size_t length = 0;
    (void)state;

    for (size_t capacity = 0; capacity <= 36; capacity++) {
        uint8_t *out = guard_alloc(capacity);

        assert_int_equal(
            sansmtp_cram_answer(&md5, &name, &password, &challenge, out, capacity, &length),
            capacity < 36 ? SANSMTP_ERR_ROOM : 0);
        assert_int_equal(length, 36);
        if (capacity == 36) {
            assert_memory_equal(out, "tim b913a602c7eda7a495b4e6e7334d3890", 36);
            assert_int_equal(sansmtp_cram_read(out, 36, &name, &digits), 0);
            assert_text(name, "tim");
            assert_int_equal(sansmtp_cram_check(&md5, &password, &challenge, &digits), 0);
            assert_int_equal(sansmtp_cram_check(&md5, &wrong, &challenge, &digits),
                             SANSMTP_ERR_AUTH);
            assert_int_equal(sansmtp_cram_check(&md5, &password, &wrong, &digits),
                             SANSMTP_ERR_AUTH);
        }
        name = span("tim");
        guard_free(out, capacity);
    }
}

static void test_cram_responses(void **state)
{
    static const struct {
        const char *message;
        const char *name;
    } rows[] = {
        {"tim b913a602c7eda7a495b4e6e7334d3890", "tim"},
        {"a b b913a602c7eda7a495b4e6e7334d3890", "a b"},
        {" b913a602c7eda7a495b4e6e7334d3890", NULL},
        {"b913a602c7eda7a495b4e6e7334d3890", NULL},
        {"tim B913A602C7EDA7A495B4E6E7334D3890", NULL},
        {"tim b913a602c7eda7a495b4e6e7334d389", NULL},
        {"tim b913a602c7eda7a495b4e6e7334d38900", NULL},
        {"tim b913a602c7eda7a495b4e6e7334d389g", NULL},
        {"tim\tb913a602c7eda7a495b4e6e7334d3890", NULL},
        {"\xFF b913a602c7eda7a495b4e6e7334d3890", NULL},
        {"tim", NULL},
        {"", NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].message);
        uint8_t *copy = guard_copy(rows[i].message, length);
        struct sansmtp_span name = {NULL, 0}, digits = {NULL, 0};

        assert_int_equal(sansmtp_cram_read(copy, length, &name, &digits),
                         rows[i].name ? 0 : SANSMTP_ERR_SYNTAX);
        assert_text(name, rows[i].name ? rows[i].name : "");
        guard_free(copy, length);
    }
}

static void test_cram_challenges_and_arguments(void **state)
{
    struct sansmtp_span unique = span("1896.697170952"), host = span("mx.example"),
                        out_of = span("<"), none = {NULL, 0}, nowhere = {NULL, 1}, digits;
    struct sansmtp_hash hash = md5;
    uint8_t out[64];
    size_t length = 0;
    (void)state;

    assert_int_equal(sansmtp_cram_challenge(&unique, &host, out, sizeof out, &length), 0);
    assert_text((struct sansmtp_span){out, length}, "<1896.697170952@mx.example>");
    assert_int_equal(sansmtp_cram_challenge(&unique, &host, out, 26, &length), SANSMTP_ERR_ROOM);
    assert_int_equal(length, 27);
    assert_int_equal(sansmtp_cram_challenge(&out_of, &host, out, 64, &length), SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_cram_challenge(&unique, &out_of, out, 64, &length), SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_cram_challenge(&none, &host, out, 64, &length), SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_cram_challenge(&nowhere, &host, out, 64, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_cram_answer(&sha1, &host, &host, &host, out, 64, &length),
                     SANSMTP_ERR_ARGUMENT);
    assert_int_equal(sansmtp_cram_answer(&md5, &none, &host, &host, out, 64, &length),
                     SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_cram_answer(&md5, &host, &none, &host, out, 64, &length),
                     SANSMTP_ERR_TEXT);
    assert_int_equal(sansmtp_cram_answer(&md5, &host, &host, &none, out, 64, &length), 0);
    digits = (struct sansmtp_span){out + length - 32, 32};
    assert_int_equal(sansmtp_cram_check(&md5, &host, &none, &digits), 0);
    digits.length--;
    assert_int_equal(sansmtp_cram_check(&md5, &host, &none, &digits), SANSMTP_ERR_ARGUMENT);
    calls_left = 0;
    hash.hmac = failing_some_time;
    assert_int_equal(sansmtp_cram_answer(&hash, &host, &host, &host, out, 64, &length),
                     SANSMTP_ERR_OPTIONS);
    digits.length++;
    assert_int_equal(sansmtp_cram_check(&hash, &host, &none, &digits), SANSMTP_ERR_OPTIONS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_examples_as_client),
        cmocka_unit_test(test_the_examples_as_server),
        cmocka_unit_test(test_names_with_signs),
        cmocka_unit_test(test_a_wrong_password_and_nobody),
        cmocka_unit_test(test_channel_binding),
        cmocka_unit_test(test_server_first_messages),
        cmocka_unit_test(test_iterations_are_bounded_by_options),
        cmocka_unit_test(test_the_salt_is_bounded),
        cmocka_unit_test(test_server_final_messages),
        cmocka_unit_test(test_client_first_messages),
        cmocka_unit_test(test_client_final_messages),
        cmocka_unit_test(test_any_place_will_do_and_is_wiped),
        cmocka_unit_test(test_a_hash_that_fails),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_nonce),
        cmocka_unit_test(test_cram),
        cmocka_unit_test(test_cram_responses),
        cmocka_unit_test(test_cram_challenges_and_arguments),
    };

    return cmocka_run_group_tests_name("scram", tests, open_hashes, NULL);
}
