#!/bin/sh
# Provides the foreign languages of the ffi tests, once for all of them, and prints the version of
# each. A missing one is told, and the exit code is not 0. Needs neither root nor network when all
# are there.
#
#   sh tests/support/languages.sh [LANGUAGE...]      of: luajit koffi
#
# koffi is how Node calls C; it is in build/languages/koffi/node_modules.

set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
languages=$root/build/languages
failed=0

. "$root/tests/support/packages.sh"

# found NAME PROGRAM VERSION
found() {
    printf '%-12s %-22s %s\n' "$1" "$3" "$2"
}

want_luajit() {
    want luajit luajit
}

provide_luajit() {
    :
}

have_luajit() {
    version=$(luajit -v) && found luajit "$(command -v luajit)" "$(echo "$version" | cut -d ' ' -f 2)"
}

koffi_is_there() {
    cmp -s "$root/tests/ffi/package-lock.json" "$languages/koffi/package-lock.json" &&
        [ -e "$languages/koffi/complete" ]
}

want_koffi() {
    want node nodejs
    koffi_is_there || want npm npm
}

# No script of a package is run: the package for this machine brings what was built for it.
provide_koffi() {
    koffi_is_there && return
    rm -rf "$languages/koffi"
    mkdir -p "$languages/koffi"
    cp "$root/tests/ffi/package.json" "$root/tests/ffi/package-lock.json" "$languages/koffi/"
    if (cd "$languages/koffi" && npm ci --ignore-scripts --no-audit --no-fund >npm.log 2>&1); then
        touch "$languages/koffi/complete"
    else
        cat "$languages/koffi/npm.log" >&2
        rm -rf "$languages/koffi"
        return 1
    fi
}

have_koffi() {
    version=$(NODE_PATH=$languages/koffi/node_modules node -p 'require("koffi").version') &&
        found koffi "$languages/koffi" "$version" &&
        found node "$(command -v node)" "$(node --version)"
}

[ $# -gt 0 ] || set -- luajit koffi
for language in "$@"; do
    case $language in
    luajit | koffi) want_$language ;;
    *)
        echo "languages.sh: no such language: $language" >&2
        exit 2
        ;;
    esac
done
install_missing || failed=1

for language in "$@"; do
    provide_$language || true
    have_$language || {
        echo "MISSING: $language" >&2
        failed=1
    }
done
exit $failed
