/* link/log.h: logs of text blocks, as profilers print them:
 *
 *   > Entering markup_gaps() for 1285 gaps
 *     initial redraw: 0.20, tot:0.20
 *     built annotation specs: 256.4823 ms
 *   < Exiting markup_gaps() for 1285 gaps, total time: 376.0400 ms
 */
#ifndef PP_LINK_LOG_H
#define PP_LINK_LOG_H

#include "link/model.h"

typedef struct pp_log_parser pp_log_parser;

/* Reads blocks into file. NULL without memory. */
pp_log_parser *pp_log_begin(pp_link_pool *pool, pp_link_file *file);

/* Takes the next bytes, in pieces of any size. False without memory. */
bool pp_log_take(pp_log_parser *parser, const char *bytes, size_t size);

/* Takes what is left and frees the parser. False without memory. */
bool pp_log_end(pp_log_parser *parser);

/* ---- Lines (log_line.c) --------------------------------------------------------------------- */

typedef enum pp_log_kind {
    PP_LOG_OTHER, /* output of something else */
    PP_LOG_ENTER, /* name */
    PP_LOG_EXIT,  /* name, and time where it is told */
    PP_LOG_STEP,  /* name and time */
} pp_log_kind;

typedef struct pp_log_line {
    pp_log_kind kind;
    const char *name; /* within the line */
    size_t name_size;
    size_t indent; /* blanks before it */
    bool has_time;
    uint64_t ns;
} pp_log_line;

/* What a line is; it has no line end. */
pp_log_line pp_log_read_line(const char *line, size_t size);

#endif
