#ifndef RECEIVE_FOLDER_H
#define RECEIVE_FOLDER_H

/* The folder of a mailbox: a file name that whoever writes the address cannot make dangerous. */

#include <sansmtp/sansmtp.h>

#define FOLDER_MAX 208u /* octets of a folder's name, its NUL included */

/*
 * Writes the folder's name for the recipient of a RECIPIENT event. Letters, digits and @ . _ + -
 * stand for themselves, every other octet and a leading dot or - as %XX; the domain and a
 * Postmaster are in lower case, and all quoted spellings of a local part are one. What would be
 * longer is cut, and ends in "%-" and a SHA-256 of the whole.
 */
void folder_name(const struct sansmtp_event *event, char out[FOLDER_MAX]);

#endif
