#!/bin/sh
# Runs a benchmark beside smtp-proto if cargo is here and can get it, else alone.
#
#   beside_smtp_proto.sh BENCHMARK SMTP_PROTO BUILD     the folder smtp_proto/, and one to build it in

set -eu
mkdir -p "$3"
cp -R "$2/." "$3"
yardstick=$3/target/release/smtp_proto_yardstick
if command -v cargo >/dev/null; then
    CARGO_NET_RETRY=0 cargo build -q --release --manifest-path "$3/Cargo.toml" \
        --target-dir "$3/target" || echo 'beside_smtp_proto.sh: smtp-proto cannot be built'
else
    echo 'beside_smtp_proto.sh: cargo is not here'
fi
[ -x "$yardstick" ] || yardstick=
exec "$1" 15 "$yardstick"
