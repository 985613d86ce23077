/* sink/output.h: files that sinks write: streams of whole pieces, and files replaced as a whole. */
#ifndef PP_OUTPUT_H
#define PP_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* A stream under its final name, or standard output. */
typedef struct pp_output {
    int fd;
    int error;       /* errno of the first failure; nothing is written after it */
    bool is_owned;   /* not standard output */
    bool is_regular; /* a file that can be cut */
    bool is_created; /* by pp_output_open() */
    bool may_break;  /* a pipe or socket: a write may raise SIGPIPE */
} pp_output;

/* Opens path for writing, created 0600; "-" is standard output. What the file holds stays until
 * pp_output_begin(). 0 or PP_EIO. */
int pp_output_open(pp_output *output, const char *path);

/* Empties the file. */
void pp_output_begin(pp_output *output);

/* Gives up before pp_output_begin(): a file that was created goes again. */
void pp_output_abandon(pp_output *output, const char *path);

/* Writes all of bytes or, after a failure, nothing: a part of it is cut off again where that is
 * possible. A broken pipe is an error like any other and raises no signal. */
void pp_output_write(pp_output *output, const char *bytes, size_t size_bytes);

/* Closes it, unless it is standard output. A failure is in error. */
void pp_output_close(pp_output *output);

/* Makes path hold bytes, by way of a temporary name beside it. 0 or PP_EIO. */
int pp_output_replace(const char *path, const char *bytes, size_t size_bytes);

#endif
