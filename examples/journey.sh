#!/bin/sh
# Shows a message's whole way: Ada's mail program submits it to her server, which asks a DNS for the
# mail host of Bob's domain and sends it there; that hands it to Dovecot, and Bob reads it over IMAP.
# The dialogue of each hop is shown. A second message is for somebody who is not there, and comes back.
# Both servers are sansmtp-relay. Does all of its set-up on a bare Debian 12; needs no network when
# nothing is missing, and leaves nothing running.
#
#   sh examples/journey.sh

set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. tests/support/packages.sh
want cc gcc libc6-dev
want meson meson
want ninja ninja-build
want pkg-config pkg-config
want openssl openssl
want curl curl
want dnsmasq dnsmasq-base
want_library libuv libuv1-dev
want_library openssl libssl-dev
want_library libcares libc-ares-dev
want_library sqlite3 libsqlite3-dev
want_library libidn2 libidn2-dev
want_library libcurl libcurl4-openssl-dev
want_file /usr/include/crypt.h libcrypt-dev
want_file /usr/lib/dovecot/lmtp dovecot-lmtpd
want_file /usr/lib/dovecot/imap dovecot-imapd
install_missing

here=$(mktemp -d)
chmod 755 "$here"
running=
finish() {
    # shellcheck disable=SC2086 # a list
    [ -z "$running" ] || kill $running 2>/dev/null || true
    wait
    rm -rf "$here"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# Each host has an address of its own, and all have the same port, as all have port 25 elsewhere.
ada_server=127.0.0.2
bob_server=127.0.0.3
port=$((20000 + $$ % 10000))
password='open sesame'

quietly() { # shows what a command says only if it fails
    "$@" >"$here/said" 2>&1 || { cat "$here/said" >&2 && exit 1; }
}

in_background() { # NAME COMMAND...: what it says is in NAME.out and NAME.err
    name=$1
    shift
    "$@" >"$here/$name.out" 2>"$here/$name.err" </dev/null &
    running="$running $!"
}

until_true() { # WHAT COMMAND...: within 20 seconds, or all is over
    what=$1
    shift
    tries=0
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ $tries -gt 200 ]; then
            echo "This did not happen: $what" >&2
            tail -n 20 "$here"/*.err "$here"/*.log >&2
            exit 1
        fi
        sleep 0.1
    done
}

title() {
    printf '\n=== %s\n\n' "$*"
}

indented() {
    sed 's/^/    /'
}

echo "Building in build/journey"
build=$root/build/journey
[ -e "$build/build.ninja" ] ||
    quietly meson setup "$build" -Dtests=disabled -Dexamples=enabled
quietly ninja -C "$build" examples/relay/sansmtp-relay examples/sansmtp-send
relay=$build/examples/relay/sansmtp-relay

# --- a certificate, a password, a DNS

quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /CN=journey -addext subjectAltName=IP:127.0.0.1,IP:$ada_server,IP:$bob_server \
    -keyout "$here/key.pem" -out "$here/cert.pem"
printf 'ada:%s\n' "$(openssl passwd -6 "$password")" >"$here/users"
printf '%s\n' "$password" >"$here/password"
chmod 600 "$here/users" "$here/password" "$here/key.pem"

in_background dns dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --user= \
    --port=$((port + 1)) --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts \
    --local=/example/ --log-queries --log-facility="$here/dns.log" \
    --mx-host=ada.example,smtp.ada.example,10 --host-record=smtp.ada.example,$ada_server \
    --mx-host=bob.example,mx.bob.example,10 --host-record=mx.bob.example,$bob_server
until_true 'the DNS server answers' grep -q started "$here/dns.log"

# --- Dovecot: mailboxes for ada and bob, filled by LMTP and read over IMAP

mkdir "$here/mailboxes"
if [ "$(id -u)" -eq 0 ]; then
    chown nobody "$here/mailboxes"
    owner='uid=nobody gid=nogroup'
    daemons=
else
    owner="uid=$(id -un) gid=$(id -gn)"
    daemons="default_internal_user = $(id -un)
default_internal_group = $(id -gn)
default_login_user = $(id -un)
service anvil {
  chroot =
}
service imap-login {
  chroot =
}"
fi
cat >"$here/dovecot.conf" <<CONF
base_dir = $here/run
state_dir = $here/state
log_path = $here/dovecot.err
listen = 127.0.0.1
protocols = imap lmtp
hostname = mailboxes.bob.example
ssl = required
ssl_cert = <$here/cert.pem
ssl_key = <$here/key.pem
mail_location = maildir:$here/mailboxes/%u
mail_save_crlf = yes
first_valid_uid = 1
first_valid_gid = 1
$daemons
passdb {
  driver = passwd-file
  args = scheme=PLAIN $here/readers
}
userdb {
  driver = static
  args = $owner home=$here/mailboxes/%u
}
service lmtp {
  inet_listener lmtp {
    port = $((port + 2))
  }
}
service imap-login {
  inet_listener imap {
    port = $((port + 3))
  }
  inet_listener imaps {
    port = 0
  }
}
CONF
printf '%s:%s\n' ada@ada.example "$password" bob@bob.example "$password" >"$here/readers"
chmod 644 "$here/readers"
in_background dovecot dovecot -F -c "$here/dovecot.conf"

# --- the servers

cat >"$here/common" <<CONF
dns 127.0.0.1:$((port + 1))
port $port
loopback yes
lmtp 127.0.0.1:$((port + 2))
tls-cert $here/cert.pem
tls-key $here/key.pem
trace yes
local-recipients any
CONF
{
    cat "$here/common"
    echo "hostname smtp.ada.example"
    echo "log $here/smtp.ada.example.log"
    echo "queue $here/queue-of-ada"
    echo "submission-listen $ada_server:$((port + 4))"
    echo "auth-file $here/users"
    echo "relay-listen $ada_server:$port"
    echo "local-domain ada.example"
} >"$here/smtp.ada.example"
{
    cat "$here/common"
    echo "hostname mx.bob.example"
    echo "log $here/mx.bob.example.log"
    echo "queue $here/queue-of-bob"
    echo "relay-listen $bob_server:$port"
    echo "local-domain bob.example"
} >"$here/mx.bob.example"
for server in smtp.ada.example mx.bob.example; do
    [ "$(id -u)" -ne 0 ] || echo "user root" >>"$here/$server"
    in_background $server "$relay" --config "$here/$server"
done
for server in smtp.ada.example mx.bob.example; do
    until_true "$server is ready" grep -q ready "$here/$server.out"
done

# --- what is shown

# The dialogue of a server with a PEER, as its trace has it.
dialogue() { # SERVER PEER
    sed -n "s/^to $2 \([SC]: .*\)/    \1/p" "$here/$1.err"
}

from_mail() {
    sed -n '/C: MAIL/,$p'
}

forget() { # the dialogues so far
    for server in smtp.ada.example mx.bob.example; do
        : >"$here/$server.err"
    done
}

lookups() { # NAME...: what the DNS was asked for, and what it answered
    for name in "$@"; do
        sed -n "s/^.*: query\(\[[A-Z]*\]\) $name from.*/    \1 $name/p
                s/^.*: config $name is \(.*\)/        \1/p" "$here/dns.log"
    done | sed "s/<MX>/10 mx.bob.example/; s/NODATA.*/none/" | awk '!seen[$0]++'
}

# As curl shows it, without what is below IMAP, and without the password.
imap() { # WHO PATH OPTION...
    reader=$1
    path=$2
    shift 2
    curl --silent --verbose --ssl-reqd --cacert "$here/cert.pem" --user "$reader:$password" \
        "$@" "imap://127.0.0.1:$((port + 3))/INBOX$path" 2>"$here/imap.err"
}

imap_dialogue() {
    sed -n 's/^< /    S: /p; s/^> /    C: /p' "$here/imap.err" | tr -d '\r' |
        sed 's/\(AUTHENTICATE PLAIN \).*/\1(hidden)/' | cut -c 1-96
}

has_mail() { # WHO
    imap "$1" '' --request 'STATUS INBOX (MESSAGES)' | grep -q 'MESSAGES 1'
}

submit() { # FILE TO
    "$build/examples/sansmtp-send" --server "$ada_server:$((port + 4))" --ca "$here/cert.pem" \
        --tls required --auth-user ada --auth-password-file "$here/password" --trace - \
        --hello laptop.ada.example --from ada@ada.example --to "$2" "$1" 2>&1 | indented
}

# --- the way there

printf '%s\n' 'From: Ada <ada@ada.example>' 'To: Bob <bob@bob.example>' 'Subject: Hello' \
    "Date: $(date -R)" 'Message-ID: <1@laptop.ada.example>' '' 'This line is the message,' \
    '.and this one begins with a dot.' >"$here/message"

title 'Ada submits a message to her server, smtp.ada.example: STARTTLS, her password'
submit "$here/message" bob@bob.example
until_true 'Bob has the message' has_mail bob@bob.example

title 'smtp.ada.example asks the DNS where bob.example takes mail'
lookups bob.example mx.bob.example

title 'smtp.ada.example brings it to mx.bob.example'
dialogue smtp.ada.example "mx.bob.example \[$bob_server\]"

title 'mx.bob.example brings it to the mailboxes: Dovecot, by LMTP'
dialogue mx.bob.example "127.0.0.1:$((port + 2))"

title 'Bob reads it: Dovecot, over IMAP, by curl'
imap bob@bob.example ';MAILINDEX=1' >"$here/fetched"
imap_dialogue

title 'What he sees: the trace of its way, the last hop first, and the message as Ada sent it'
tr -d '\r' <"$here/fetched" | indented

sed 's/$/\r/' "$here/message" >"$here/sent"
tail -c "$(wc -c <"$here/sent")" "$here/fetched" | cmp - "$here/sent"
echo
echo '    (compared with what she sent: the same, octet for octet)'

# --- the way back

forget
title 'Ada writes to Eve, whom nobody knows. Her server takes it, for it cannot know (from MAIL on)'
sed 's/Bob <bob@/Eve <eve@/' "$here/message" >"$here/message2"
submit "$here/message2" eve@bob.example | from_mail
until_true 'Ada has the report' has_mail ada@ada.example

title 'Dovecot does not know her: mx.bob.example has to tell Ada'
dialogue mx.bob.example "127.0.0.1:$((port + 2))"

title 'mx.bob.example brings the report to smtp.ada.example, and that to the mailbox'
dialogue mx.bob.example "smtp.ada.example \[$ada_server\]" | from_mail

title 'Ada reads it'
imap ada@ada.example ';MAILINDEX=1' | tr -d '\r' | indented

title 'Nothing is left in the queues'
for server in smtp.ada.example mx.bob.example; do
    printf '    %s: %s messages\n' $server "$("$relay" --config "$here/$server" queue list | wc -l)"
done
