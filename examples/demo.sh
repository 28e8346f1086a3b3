#!/bin/sh
# Builds sansmtp-receive, starts it on a free loopback port, sends a message to it by curl through
# STARTTLS, and shows the dialogue and what was stored. Does all of its set-up on a bare Debian 12, needs
# neither root nor network when nothing is missing, and leaves nothing running.
#
#   sh examples/demo.sh

set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tests/support/packages.sh

build=$root/build/demo
here=
receiver=

clean_up() {
    if [ -n "$receiver" ]; then
        kill "$receiver" 2>/dev/null || :
        wait "$receiver" 2>/dev/null || :
    fi
    [ -z "$here" ] || rm -rf "$here"
}

# Runs a command; shows what it says only if it fails.
quietly() {
    "$@" >"$here/said" 2>&1 && return 0
    cat "$here/said" >&2
    return 1
}

# --- set up and build

want cc gcc libc6-dev
want meson meson
want ninja ninja-build
want pkg-config pkg-config
want openssl openssl
want curl curl
want_library libuv libuv1-dev
want_library openssl libssl-dev
want_file /usr/include/crypt.h libcrypt-dev
install_missing

trap clean_up EXIT
trap 'exit 1' HUP INT TERM
here=$(mktemp -d)

echo "Building in build/demo"
if [ ! -e "$build/build.ninja" ]; then
    quietly meson setup "$build" -Dtests=disabled -Dexamples=enabled
fi
quietly ninja -C "$build" examples/sansmtp-receive

# --- receive

quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout "$here/key.pem" -out "$here/cert.pem"

"$build/examples/sansmtp-receive" --listen 127.0.0.1:0 --hostname mx.example.org \
    --domain example.org --maildir "$here/mail" --trace \
    --tls-cert "$here/cert.pem" --tls-key "$here/key.pem" >"$here/where" 2>"$here/trace" &
receiver=$!

tries=0
until grep -q '^listening on ' "$here/where"; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 "$receiver" 2>/dev/null; then
        cat "$here/trace" >&2
        exit 1
    fi
    sleep 0.1
done
address=$(sed -n 's/^listening on //p' "$here/where")
echo "sansmtp-receive is listening on $address"

# --- send

cat >"$here/message" <<'END'
From: Ada <ada@client.example>
To: Bob <bob@example.org>
Subject: Hello

This line is the message,
.and this one begins with a dot.
END

echo "curl sends a message through STARTTLS"
quietly curl --silent --show-error --noproxy '*' --crlf --ssl-reqd --cacert "$here/cert.pem" \
    --url "smtp://$address/client.example" --mail-from ada@client.example \
    --mail-rcpt bob@example.org --upload-file "$here/message"

# --- show

echo
echo "The dialogue, as the receiver saw it:"
echo
sed 's/^[0-9.:]* /    /' "$here/trace"
echo
echo "What is stored, in $(cd "$here" && ls -d mail/*/new):"
echo
sed 's/^/    /' "$here"/mail/bob@example.org/new/*
