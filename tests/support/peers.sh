#!/bin/sh
# Provides the foreign peers of the interop tests, once for all of them, and prints the version of
# each. A missing one is told, and the exit code is not 0. Needs neither root nor network when all
# are there.
#
#   sh tests/support/peers.sh [PEER...]      of: swaks curl msmtp postfix dovecot nodemailer exim
#                                                opensmtpd aiosmtpd haproxy gsasl dnsmasq
#
# What was found is linked in build/peers/bin (swaks, curl, msmtp, smtp-source, smtp-sink, postfix,
# dovecot, node, exim, smtpd, haproxy, gsasl, dnsmasq): a test puts this folder in front of its PATH.
# Nodemailer and its smtp-server are in build/peers/nodemailer/node_modules. Debian's mail servers
# exclude each other: Postfix is installed (without a configuration, and not started), and so is
# Dovecot; Exim and OpenSMTPD are unpacked under build/peers. The tests start those that listen, each
# with a configuration and folders of its own, for which Postfix, Dovecot and OpenSMTPD want root.
# Exim starts itself again: its configuration needs exim_path = build/peers/bin/exim (absolute). Run
# by root, smtp-sink wants -u nobody.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
peers=$root/build/peers
bin=$peers/bin
failed=0

. "$root/tests/support/packages.sh"

complain() {
    echo "MISSING: $*" >&2
    failed=1
}

# found NAME PROGRAM VERSION
found() {
    printf '%-12s %-22s %s\n' "$1" "$3" "$2"
}

link_program() {
    rm -f "$bin/$1"
    program=$(command -v "$1") || return 1
    ln -sf "$program" "$bin/$1"
}

wrap_program() { # NAME PROGRAM LIBRARY_FOLDERS
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s\nexport LD_LIBRARY_PATH\nexec %s "$@"\n' "$3" "$2" \
        >"$bin/$1"
    chmod 755 "$bin/$1"
}

version_in() {
    grep -Eo '[0-9]+(\.[0-9]+)+(p[0-9]+)?|[0-9]{8}\.[0-9]' | head -n 1
}

# --- installed by apt

want_swaks() {
    want swaks swaks
    perl -MNet::SSLeay -e 1 2>/dev/null || missing="$missing libnet-ssleay-perl"
}

have_swaks() {
    link_program swaks && perl -MNet::SSLeay -e 1 &&
        found swaks "$bin/swaks" "$(swaks --version | version_in)"
}

want_curl() {
    want curl curl
}

have_curl() {
    link_program curl && curl --version | grep -q '^Protocols:.* smtp' &&
        found curl "$bin/curl" "$(curl --version | version_in)"
}

want_msmtp() {
    want msmtp msmtp
}

have_msmtp() {
    link_program msmtp && found msmtp "$bin/msmtp" "$(msmtp --version | version_in)"
}

want_postfix() {
    if ! have smtp-source && may_be_root && have debconf-set-selections; then
        echo 'postfix postfix/main_mailer_type select No configuration' |
            as_root debconf-set-selections
    fi
    want smtp-source postfix
}

have_postfix() {
    link_program smtp-source && link_program smtp-sink && link_program postfix &&
        found postfix "$bin/smtp-source" "$(dpkg-query -W -f '${Version}' postfix | version_in)"
}

want_dovecot() {
    want_file /usr/lib/dovecot/lmtp dovecot-lmtpd
    want_file /usr/lib/dovecot/imap dovecot-imapd
    want_file /usr/lib/dovecot/pop3 dovecot-pop3d
    want_file /usr/lib/dovecot/submission dovecot-submissiond
}

have_dovecot() {
    link_program dovecot && [ -x /usr/lib/dovecot/lmtp ] && [ -x /usr/lib/dovecot/imap ] &&
        [ -x /usr/lib/dovecot/pop3 ] && [ -x /usr/lib/dovecot/submission ] &&
        found dovecot "$bin/dovecot" "$(dovecot --version | version_in)"
}

want_haproxy() {
    want haproxy haproxy
}

have_haproxy() {
    link_program haproxy && found haproxy "$bin/haproxy" "$(haproxy -v | version_in)"
}

want_gsasl() {
    want gsasl gsasl
}

have_gsasl() {
    link_program gsasl && found gsasl "$bin/gsasl" "$(gsasl --version | version_in)"
}

want_dnsmasq() {
    want dnsmasq dnsmasq-base # the program alone, no daemon
}

have_dnsmasq() {
    link_program dnsmasq && found dnsmasq "$bin/dnsmasq" "$(dnsmasq --version | version_in)"
}

want_nodemailer() {
    want node nodejs
    nodemailer_is_there || want npm npm
}

nodemailer_version() {
    sed -n "s/^ *\"$2\": \"\\([0-9.]*\\)\".*/\\1/p" "$1" 2>/dev/null
}

nodemailer_is_there() {
    [ -n "$(nodemailer_version "$peers/nodemailer/node_modules/nodemailer/package.json" version)" ] &&
        cmp -s "$root/tests/interop/package-lock.json" "$peers/nodemailer/package-lock.json"
}

provide_nodemailer() {
    nodemailer_is_there && return
    rm -rf "$peers/nodemailer"
    mkdir -p "$peers/nodemailer"
    cp "$root/tests/interop/package.json" "$root/tests/interop/package-lock.json" \
        "$peers/nodemailer/"
    (cd "$peers/nodemailer" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1) || {
        cat "$peers/nodemailer/npm.log" >&2
        rm -rf "$peers/nodemailer"
        return 1
    }
}

have_nodemailer() {
    modules=$peers/nodemailer/node_modules
    link_program node && nodemailer_is_there && NODE_PATH=$modules node -e \
        'require("nodemailer").createTransport({}); require("smtp-server").SMTPServer' &&
        found nodemailer "$peers/nodemailer" \
            "$(nodemailer_version "$modules/nodemailer/package.json" version)" &&
        found smtp-server "$peers/nodemailer" \
            "$(nodemailer_version "$modules/smtp-server/package.json" version)" &&
        found node "$bin/node" "$(node --version | version_in)"
}

# --- unpacked

# apt's lists know the package, updated if they did not.
in_lists() {
    [ -n "$(apt-cache show "$1" 2>/dev/null)" ] && return
    may_be_root && as_root apt-get update -q >/dev/null 2>&1 && apt-cache show "$1" >/dev/null 2>&1
}

apt_options=

# Fetches packages and unpacks them into one folder. This user fetches, root or not.
unpack() { # FOLDER PACKAGE...
    folder=$1
    shift
    rm -rf "$folder"
    mkdir -p "$folder/deb"
    # shellcheck disable=SC2086 # words
    (cd "$folder/deb" &&
        apt-get $apt_options download -q -o APT::Sandbox::User=root "$@" >log 2>&1) || {
        cat "$folder/deb/log" >&2
        rm -rf "$folder"
        return 1
    }
    for package in "$folder"/deb/*.deb; do
        dpkg-deb -x "$package" "$folder"
    done
    # A set-uid program does not look at LD_LIBRARY_PATH, by which these find their libraries.
    find "$folder" -type f -perm /6000 -exec chmod ug-s {} +
    rm -rf "$folder/deb"
}

# The packages that PACKAGE depends on and the machine does not have; no daemons, no tools.
absent_libraries() {
    apt-cache depends "$1" | sed -n 's/^  Depends: \(lib[^ ]*\)$/\1/p' | while read -r library; do
        dpkg-query -W -f '${Status}\n' "$library" 2>/dev/null | grep -q '^install ok installed' ||
            echo "$library"
    done
}

# The same for the libraries of those libraries.
all_absent_libraries() {
    known=
    new=$(absent_libraries "$1")
    while [ -n "$new" ]; do
        known="$known $new"
        next=
        for library in $new; do
            for deeper in $(absent_libraries "$library"); do
                case " $(echo $known $next) " in
                *" $deeper "*) ;;
                *) next="$next $deeper" ;;
                esac
            done
        done
        new=$next
    done
    echo $known
}

user_exists() {
    getent passwd "$1" >/dev/null
}

# A user that a program has compiled in. Without root the program is there, but cannot run as it.
provide_user() {
    user_exists "$1" || {
        may_be_root &&
            as_root useradd --system --user-group --no-create-home --home-dir /nonexistent \
                --shell /usr/sbin/nologin "$1"
    }
}

library_folders() {
    echo "$1/lib/$(multiarch):$1/usr/lib/$(multiarch)"
}

# Where this machine's own libc is, if no compiler can say.
multiarch() {
    dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch 2>/dev/null ||
        dpkg -L "libc6:$(dpkg --print-architecture)" | sed -n 's|.*/\([^/]*\)/libc\.so\.6$|\1|p'
}

provide_exim() {
    folder=$peers/exim
    if [ ! -x "$folder/usr/sbin/exim4" ]; then
        # shellcheck disable=SC2046
        { in_lists exim4-daemon-light && unpack "$folder" exim4-daemon-light $(all_absent_libraries exim4-daemon-light); } || return 1
    fi
    wrap_program exim "$folder/usr/sbin/exim4" "$(library_folders "$folder")"
    provide_user Debian-exim || echo "exim: runs only with a user Debian-exim; root adds it" >&2
}

have_exim() {
    version=$("$bin/exim" -bV 2>&1 | version_in) && [ -n "$version" ] &&
        found exim "$bin/exim" "$version"
}

# Debian 12's OpenSMTPD cannot do TLS: its way of keeping keys apart does not work with OpenSSL 3.
# So that of Debian 13, with its libraries down to libc: a folder that can be a root folder. Where
# the archive has no Debian 13, that of Debian 12 has to do; its test then does without TLS.
opensmtpd_packages='opensmtpd dash libaudit1 libc6 libcap-ng0 libcrypt1 libpam0g zlib1g'
opensmtpd_of_debian_12='libdb5.3 libevent-2.1-7 libssl3'
opensmtpd_of_debian_13='libdb5.3t64 libevent-2.1-7t64 libssl3t64 libzstd1'

provide_opensmtpd() {
    folder=$peers/opensmtpd
    if [ ! -x "$folder/usr/sbin/smtpd" ] || [ ! -x "$folder/bin/sh" ]; then
        unpack_opensmtpd "$folder" || return 1
        merge_usr "$folder"
        rm -rf "${folder:?}/usr/share" "${folder:?}"/usr/lib/*/gconv
    fi
    rm -f "$bin/smtpctl"
    printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' \
        "$(echo "$folder"/usr/lib/*/ld-linux*.so.*)" "$(echo "$folder"/usr/lib/*-linux-*)" \
        "$folder/usr/sbin/smtpd" >"$bin/smtpd"
    chmod 755 "$bin/smtpd"
}

unpack_opensmtpd() {
    in_lists opensmtpd || true # else apt knows no mirror
    log=$(mktemp)
    # shellcheck disable=SC2086 # words
    with_lists_of_debian_13 unpack "$1" $opensmtpd_packages $opensmtpd_of_debian_13 2>"$log" || {
        why=$({ grep '^E: ' "$log" || cat "$log"; } | head -n 1)
        echo "opensmtpd: not from Debian 13 ($why), so Debian 12's, which cannot do TLS" >&2
        unpack "$1" $opensmtpd_packages $opensmtpd_of_debian_12
    }
    code=$?
    rm -f "$log"
    return $code
}

# Debian 12's packages have files in /lib, Debian 13's only in /usr/lib: all go there, as installed.
merge_usr() {
    for name in bin lib lib64 sbin; do
        if [ -d "$1/$name" ] && [ ! -L "$1/$name" ]; then
            mkdir -p "$1/usr/$name"
            cp -a "$1/$name/." "$1/usr/$name/"
            rm -rf "${1:?}/$name"
        fi
        [ -e "$1/$name" ] || ln -s usr/$name "$1/$name"
    done
}

# Runs a command in whose apt-get the packages are Debian 13's, from where this machine has its own.
with_lists_of_debian_13() {
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' \
        'Codename: bookworm' 'Component: main' | head -n 1)
    [ -n "$mirror" ] || {
        echo "apt does not know Debian's archive here" >&2
        return 1
    }
    lists=$(mktemp -d)
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
        >"$lists/sources.list"
    apt_options="-o Dir::Etc::sourcelist=$lists/sources.list -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State::lists=$lists/lists -o Dir::Cache=$lists/cache
        -o Acquire::Languages=none -o APT::Update::Error-Mode=any -o APT::Sandbox::User=root"
    code=0
    # shellcheck disable=SC2086 # words
    if apt-get $apt_options -q update >"$lists/log" 2>&1; then
        "$@" || code=1
    else
        cat "$lists/log" >&2
        code=1
    fi
    apt_options=
    rm -rf "$lists"
    return $code
}

have_opensmtpd() {
    version=$("$bin/smtpd" -h 2>&1 | version_in) && [ -n "$version" ] &&
        found opensmtpd "$bin/smtpd" "$version"
}

# For Debian's own python3, which the packages are made for.
aiosmtpd_library=$peers/aiosmtpd/usr/lib/python3/dist-packages

want_aiosmtpd() {
    want_file /usr/bin/python3 python3
}

provide_aiosmtpd() {
    [ -d "$aiosmtpd_library/aiosmtpd" ] && return
    in_lists python3-aiosmtpd &&
        unpack "$peers/aiosmtpd" python3-aiosmtpd python3-attr python3-public
}

have_aiosmtpd() {
    version=$(PYTHONPATH=$aiosmtpd_library /usr/bin/python3 -c \
        'import aiosmtpd.controller; print(aiosmtpd.__version__)' 2>/dev/null | version_in) &&
        [ -n "$version" ] && found aiosmtpd "$peers/aiosmtpd" "$version"
}

[ $# -gt 0 ] ||
    set -- swaks curl msmtp postfix dovecot nodemailer exim opensmtpd aiosmtpd haproxy gsasl dnsmasq
mkdir -p "$bin"

for peer in "$@"; do
    case $peer in
    swaks | curl | msmtp | postfix | dovecot | nodemailer | aiosmtpd | haproxy | gsasl | dnsmasq)
        want_$peer
        ;;
    exim | opensmtpd) ;;
    *)
        echo "peers.sh: no such peer: $peer" >&2
        exit 2
        ;;
    esac
done
install_missing || failed=1

for peer in "$@"; do
    case $peer in
    nodemailer | exim | opensmtpd | aiosmtpd) provide_$peer || true ;;
    esac
    have_$peer || complain "$peer"
done
exit $failed
