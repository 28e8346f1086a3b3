#!/bin/sh
# Installs a build into a folder of its own, and compiles, links and runs a program against what is
# there through pkg-config: shared and static, installed and uninstalled.
#
#   install_test.sh BUILD_FOLDER [COMPILER...]

set -eu

build=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- cc
here=$build/install-test
count=0

rm -rf "$here"
mkdir -p "$here"

cat >"$here/program.c" <<'END'
#include <sansmtp/sansmtp.h>

#include <stdio.h>

int main(void)
{
    puts(sansmtp_version());
    return sansmtp_error_name(0) == NULL;
}
END

fail() {
    echo "not ok $((count + 1)) - $1"
    shift
    for line in "$@"; do
        echo "# $line"
    done
    exit 1
}

# try NAME EXPECTED_KIND COMPILER... : the program prints the version that the .pc file names
try() {
    name=$1
    kind=$2
    shift 2
    if [ "$kind" = static ]; then
        flags="-static $(pkg-config --cflags sansmtp) $here/program.c $(pkg-config --static --libs sansmtp)"
    else
        flags="$(pkg-config --cflags sansmtp) $here/program.c $(pkg-config --libs sansmtp)"
    fi
    # shellcheck disable=SC2086
    "$@" -std=c11 -Wall -Wextra -Werror -o "$here/program" $flags ||
        fail "$name" "could not be built with: $flags"
    needed=$(readelf -d "$here/program" | grep -c 'NEEDED.*libsansmtp\.so\.0' || true)
    case $kind:$needed in
    static:0 | shared:1) ;;
    *) fail "$name" "$kind, and yet it needs libsansmtp.so.0 $needed times" ;;
    esac
    path=$(pkg-config --libs-only-L sansmtp | sed 's/^-L//; s/ .*//')
    said=$(LD_LIBRARY_PATH=$path "$here/program") ||
        fail "$name" "the program failed: $said"
    [ "$said" = "$(pkg-config --modversion sansmtp)" ] || fail "$name" "it said: $said"
    count=$((count + 1))
    echo "ok $count - $name"
}

DESTDIR=$here/root meson install -C "$build" --no-rebuild >"$here/log" 2>&1 ||
    fail "meson install" "$(cat "$here/log")"
installed=$(find "$here/root" -name sansmtp.pc)
[ -n "$installed" ] || fail "sansmtp.pc is installed"

PKG_CONFIG_PATH=$(dirname "$installed")
PKG_CONFIG_SYSROOT_DIR=$here/root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
try "installed, shared" shared "$@"
try "installed, static" static "$@"

PKG_CONFIG_PATH=$build/meson-uninstalled
unset PKG_CONFIG_SYSROOT_DIR
try "uninstalled, shared" shared "$@"
try "uninstalled, static" static "$@"

echo "1..$count"
