#ifndef RELAY_LINES_H
#define RELAY_LINES_H

/* The files that options name: a thing a line; empty lines and those that begin with # do not
 * count. */

/* Cuts white space off both ends of a line. */
char *lines_trimmed(char *line);

/* Takes a line without the white space at its ends; it may write in it. Returns NULL, or what is
 * wrong with it. */
typedef const char *lines_take(void *user, char *line);

/* Gives each line of the file to take, until one is wrong. Returns 0, or a status of sysexits.h
 * after having said why. */
int lines_read(const char *path, lines_take *take, void *user);

#endif
