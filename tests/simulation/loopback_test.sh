#!/bin/sh
# examples/loopback.c says what its reader is shown here.
#
#   loopback_test.sh PROGRAM EXPECTED

"$1" | tr -d '\r' | diff -u "$2" -
