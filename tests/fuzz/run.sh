#!/bin/sh
# Runs a fuzz target for some seconds from a folder of seeds, which grows; the exit code is the
# fuzzer's. What makes it fail is left beside the seeds as a file.
#
#   run.sh PROGRAM SEEDS SECONDS

set -eu
# What is freed is kept for a while by the sanitizer, to see who still uses it: much of that looks like
# a leak to the fuzzer.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=32
export ASAN_OPTIONS
mkdir -p "$2"
exec "$1" -max_total_time="$3" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -error_exitcode=1 \
    -artifact_prefix="$2-" "$2"
