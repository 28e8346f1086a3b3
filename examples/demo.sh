#!/bin/sh
# Builds both programs, starts sansmtp-receive on a free loopback port, sends it a message by
# sansmtp-send through STARTTLS, and shows the dialogue and what was stored. Does all of its set-up
# on a bare Debian 12, needs neither root nor network when nothing is missing, leaves nothing running.
#
#   sh examples/demo.sh

set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tests/support/packages.sh
want cc gcc libc6-dev
want meson meson
want ninja ninja-build
want pkg-config pkg-config
want openssl openssl
want_library libuv libuv1-dev
want_library openssl libssl-dev
want_file /usr/include/crypt.h libcrypt-dev
install_missing

here=$(mktemp -d)
receiver=
trap '[ -z "$receiver" ] || kill "$receiver"; wait; rm -rf "$here"' EXIT
trap 'exit 1' HUP INT TERM

quietly() { # shows what a command says only if it fails
    "$@" >"$here/said" 2>&1 || { cat "$here/said" >&2 && exit 1; }
}

echo "Building in build/demo"
build=$root/build/demo
[ -e "$build/build.ninja" ] ||
    quietly meson setup "$build" -Dtests=disabled -Dexamples=enabled
quietly ninja -C "$build" examples/sansmtp-receive examples/sansmtp-send
quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$here/key.pem" -out "$here/cert.pem"

mkfifo "$here/where"
"$build/examples/sansmtp-receive" --listen 127.0.0.1:0 --hostname mx.example.org \
    --domain example.org --maildir "$here/mail" \
    --tls-cert "$here/cert.pem" --tls-key "$here/key.pem" >"$here/where" &
receiver=$!
read -r _ _ address <"$here/where"
printf 'sansmtp-receive is listening on %s\n\nsansmtp-send says to it:\n\n' "$address"

printf '%s\n' 'From: Ada <ada@client.example>' 'To: Bob <bob@example.org>' 'Subject: Hello' '' \
    'This line is the message,' '.and this one begins with a dot.' >"$here/message"
"$build/examples/sansmtp-send" --server "$address" --ca "$here/cert.pem" --trace - \
    --hello client.example --from ada@client.example --to bob@example.org "$here/message" 2>&1 |
    sed 's/^/    /'

printf '\nWhat is stored, in %s:\n\n' "$(cd "$here" && ls -d mail/*/new)"
sed 's/^/    /' "$here"/mail/bob@example.org/new/*
