#!/bin/sh
# Runs a fuzz target for some seconds from a folder of seeds, which grows; the exit code is the
# fuzzer's. What makes it fail is left beside the seeds as a file.
#
#   run.sh PROGRAM SEEDS SECONDS

set -eu
mkdir -p "$2"
exec "$1" -max_total_time="$3" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$2-" "$2"
