/* base/whole_file.h: files that appear when they are whole. Needs nothing but libc: the programs
 * are built with a copy of it. */
#ifndef PP_WHOLE_FILE_H
#define PP_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

/* Written beside its place, under a name of its own, until it is complete. A link is followed and
 * an older file keeps its permissions; what is no regular file, as a device or a pipe, is written
 * to as it stands, since nothing may take its place. */
typedef struct pp_whole_file {
    int fd; /* to write to; -1: not open */
    char *path;
    char *temporary; /* NULL: written to directly */
} pp_whole_file;

/* Whether path is there and something that cannot be replaced. */
bool pp_whole_file_is_special(const char *path);

/* 0 or errno. Close what was opened. */
int pp_whole_file_open(pp_whole_file *file, const char *path);

/* A stream over a descriptor of its own: to be closed before the file. NULL with errno. */
FILE *pp_whole_file_stream(const pp_whole_file *file);

/* Gives it its name, or with keep false leaves all as it was. 0 or errno. */
int pp_whole_file_close(pp_whole_file *file, bool keep);

#endif
