#ifndef RECEIVE_SWEEP_H
#define RECEIVE_SWEEP_H

/* What was left half written in a mailbox, by a process that was killed. */

/* Removes from folder/tmp/, below the directory at, the files of our own naming that are older than
 * 36 hours, as the Maildir convention has it. Blocks. What cannot be removed stays. */
void sweep(int at, const char *folder, const char *hostname);

#endif
