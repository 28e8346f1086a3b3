#ifndef SANSMTP_H
#define SANSMTP_H

/*
 * sansmtp: SMTP without the I/O.
 *
 * The house rules, said once for all headers:
 *
 * - "Must" binds the caller; what happens otherwise is undefined unless an error is named.
 * - Memory: the library allocates nothing and releases nothing. An engine lives in one block that
 *   the host hands to its init and may throw away at any time. Engine types are opaque.
 * - Pointers are never NULL except where a comment says so, and except data of length 0. NULL for
 *   an engine is SANSMTP_ERR_ARGUMENT (functions without an error: 0 or NULL).
 * - Text and octets are pointer and length in octets; nothing is terminated by NUL. What the host
 *   passes in is copied unless a comment says "borrowed", and until when.
 * - Structs that the host fills begin with their size: sizeof, as the host was compiled. A library
 *   takes the larger struct of a newer host if what it does not know is 0. When a later library
 *   has new members it will still take the struct of this version, and 0 in what is new means what
 *   was before. Bits that a library does not know are errors.
 * - Errors are negative; -1 to -99 are bugs of the host and change nothing. See types.h.
 * - Threads: there is no global state. One engine belongs to one thread at a time.
 * - Time is seconds, an input: an engine says how long it will wait, the host owns the clock.
 * - Callbacks return nothing; the comment of each function says whether one may call it.
 */

#include <sansmtp/additions.h>
#include <sansmtp/callbacks.h>
#include <sansmtp/client.h>
#include <sansmtp/header.h>
#include <sansmtp/policy.h>
#include <sansmtp/dsn.h>
#include <sansmtp/proxy.h>
#include <sansmtp/retry.h>
#include <sansmtp/route.h>
#include <sansmtp/sasl.h>
#include <sansmtp/scram.h>
#include <sansmtp/server.h>
#include <sansmtp/sts.h>
#include <sansmtp/trace.h>
#include <sansmtp/types.h>
#include <sansmtp/wire.h>

#endif
