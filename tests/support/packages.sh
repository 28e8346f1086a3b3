# Sourced by the scripts that set a machine up: name what is wanted, then install what is missing,
# in one go. Nothing is asked of root or of the network when nothing is missing.
#
#   want COMMAND PACKAGE...         a program
#   want_library NAME PACKAGE...    a library that pkg-config must know
#   want_file PATH PACKAGE...
#   install_missing                 1 if that cannot be done; says why

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
missing=

have() {
    command -v "$1" >/dev/null 2>&1
}

want() {
    have "$1" || { shift && missing="$missing $*"; }
}

want_library() {
    { have pkg-config && pkg-config --exists "$1"; } || { shift && missing="$missing $*"; }
}

want_file() {
    [ -e "$1" ] || { shift && missing="$missing $*"; }
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_be_root() {
    [ "$(id -u)" -eq 0 ] || have sudo
}

# Daemons that come with a package stay off: policy-rc.d is there while apt runs, and not longer.
install_quietly() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap 'as_root rm -f $policy' EXIT
        trap 'exit 1' HUP INT TERM
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    # --no-remove: never take away a mail server that somebody uses
    as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q \
        --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 "$@"
)

install_missing() {
    [ -n "$missing" ] || return 0
    if ! have apt-get || ! may_be_root; then
        echo "Missing, and neither root nor sudo to install it:$missing" >&2
        return 1
    fi
    echo "Installing:$missing" >&2
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of packages
    if { as_root apt-get update -q -o DPkg::Lock::Timeout=300 && install_quietly $missing; } \
        >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        missing=
        hash -r
        return 0
    fi
    cat "$log" >&2
    rm -f "$log"
    echo "Could not be installed:$missing" >&2
    return 1
}
