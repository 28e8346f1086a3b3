#!/bin/sh
# Builds the library in every way that matters and runs every test; the last line is the sum, the exit
# code is 0 only if something ran and nothing failed. Does all of its set-up on a bare Debian 12, and
# needs neither root nor network when nothing is missing.
#
#   sh tests/run.sh [BUILD...]     of: gcc sanitize unsigned portable powerpc fuzz
#
# What is counted: sub-tests, once for each build that they ran in. Under CI=true a test that could
# not run for want of a peer counts as failed.

set -u

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root" || exit 1
. tests/support/packages.sh

LC_ALL=C.UTF-8
PYTHONDONTWRITEBYTECODE=1
UBSAN_OPTIONS=print_stacktrace=1
export LC_ALL PYTHONDONTWRITEBYTECODE UBSAN_OPTIONS
unset CC CFLAGS CPPFLAGS LDFLAGS DESTDIR

passed=0
failed=0
skipped=0

finish() {
    if [ "${CI:-}" = true ]; then
        failed=$((failed + skipped))
        skipped=0
    fi
    [ $((passed + failed)) -gt 0 ] || failed=1
    if [ $skipped -gt 0 ]; then
        echo "$passed passed, $failed failed, $skipped skipped"
    else
        echo "$passed passed, $failed failed"
    fi
    [ $failed -eq 0 ]
    exit
}

# --- what is needed

can_sanitize() {
    echo 'int LLVMFuzzerTestOneInput(const void *p, unsigned long n) { return p == (void *)n; }' |
        clang -fsanitize=fuzzer,address,undefined -x c - -o /dev/null 2>/dev/null
}

want gcc gcc libc6-dev
want g++ g++
want ld binutils
want clang clang
want llvm-nm llvm
can_sanitize || missing="$missing libclang-rt-14-dev"
want meson meson
want ninja ninja-build
want pkg-config pkg-config
want python3 python3
want openssl openssl
want_library cmocka libcmocka-dev
want_library libuv libuv1-dev
want_library openssl libssl-dev
want_library libcares libc-ares-dev
want_library sqlite3 libsqlite3-dev
want_library libidn2 libidn2-dev
want_library libcurl libcurl4-openssl-dev
want_library libgsasl libgsasl-dev
want_library gmime-3.0 libgmime-3.0-dev
want powerpc-linux-gnu-gcc gcc-powerpc-linux-gnu
want_file /usr/powerpc-linux-gnu/lib/libc.so.6 libc6-dev-powerpc-cross
want qemu-ppc qemu-user
if ! install_missing; then
    failed=1
    finish
fi

echo "== peers"
if ! sh tests/support/peers.sh; then
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
    fi
fi
echo "== languages"
if ! sh tests/support/languages.sh; then
    if [ "${CI:-}" = true ]; then
        failed=$((failed + 1))
    fi
fi
PATH=$root/build/peers/bin:$PATH
export PATH

# --- one build: set up once, anew when its options change; compile; test; count

# prepare NAME OPTION... : the compiler is $cc
prepare() {
    folder=build/$1
    shift
    if [ "$(cat "$folder.options" 2>/dev/null)" != "$cc $*" ] || [ ! -e "$folder/build.ninja" ]; then
        rm -rf "$folder" "$folder.options"
        CC=$cc meson setup "$folder" "$@" >"$folder.log" 2>&1 || return 1
        echo "$cc $*" >"$folder.options"
    fi
    ninja -C "$folder" >"$folder.log" 2>&1
}

# run_tests NAME TEST_OPTION...
run_tests() {
    folder=build/$1
    shift
    rm -f "$folder"/meson-logs/testlog*
    meson test -C "$folder" --no-rebuild --print-errorlogs "$@"
    code=$?
    if [ $code -eq 0 ] && [ ! -e "$folder/meson-logs/testlog.json" ]; then
        set -- 0 0 0 # none of that kind yet
    elif counts=$(python3 tests/support/results.py "$folder"); then
        # shellcheck disable=SC2086 # three numbers
        set -- $counts
        # what meson calls a failure is one, even if the log does not say so
        if [ $code -ne 0 ] && [ "$2" -eq 0 ]; then
            set -- "$1" 1 "$3"
        fi
    else
        set -- 0 1 0
    fi
    echo "-- $folder: $1 passed, $2 failed, $3 skipped"
    passed=$((passed + $1))
    failed=$((failed + $2))
    skipped=$((skipped + $3))
}

wanted=${*:-gcc sanitize unsigned portable powerpc fuzz}

# try NAME TEST_OPTIONS OPTION...
try() {
    name=$1
    options=$2
    shift 2
    case " $wanted " in
    *" $name "*) ;;
    *) return ;;
    esac
    echo "== $name ($cc)"
    if prepare "$name" "$@"; then
        # shellcheck disable=SC2086 # words
        run_tests "$name" $options
    else
        cat "build/$name.log"
        echo "-- build/$name: could not be built"
        failed=$((failed + 1))
    fi
}

mkdir -p build
unit='--no-suite abi --no-suite ffi --no-suite install --no-suite docs'
sanitizers='-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all'

cc=gcc
try gcc '' --buildtype=release -Dtests=enabled -Dexamples=enabled
try unsigned "$unit" -Dtests=enabled -Dexamples=disabled -Dc_args=-funsigned-char
# The simulation takes minutes under qemu, and has nothing that the transcripts have not.
try powerpc '-t 5 --no-suite simulation' -Dtests=enabled -Dexamples=disabled --cross-file tests/support/powerpc.ini

cc=clang
# shellcheck disable=SC2086 # words
try sanitize "$unit -t 4" -Dtests=enabled -Dexamples=enabled $sanitizers
try portable "$unit" --buildtype=release -Dtests=enabled -Dexamples=disabled \
    -Dc_args=-DSANSMTP_PORTABLE
# shellcheck disable=SC2086 # words
try fuzz '--suite fuzz' -Dtests=enabled -Dexamples=disabled -Dfuzz=true $sanitizers

finish
