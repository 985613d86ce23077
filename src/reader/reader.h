/* reader/reader.h: what the files of this room share: a reader, and one pass over its records. */
#ifndef PP_READER_READER_H
#define PP_READER_READER_H

#include "frame/build.h"
#include "frame/tally.h"
#include "reader/names.h"
#include "reader/source.h"

struct pp_reader {
    char *path;
    pp_source source;
    pp_source_damage meta_damage;
    pp_names names;
    pp_recording_info info;
    char boot_id[41];                 /* NUL-terminated, which a file's need not be */
    bool has_run;                     /* to its end: info is complete */
    uint64_t first_ticks, last_ticks; /* of all records, as of the last run */
    pp_site_total *sites;             /* by self time, after a run */
    size_t site_count;
};

/* A chunk in the order of its thread. */
typedef struct pp_reader_chunk {
    pp_block block; /* lost > 0 where records are missing before it */
    uint64_t sequence;
} pp_reader_chunk;

typedef int (*pp_reader_chunk_fn)(void *user, const pp_reader_chunk *chunk);

/* Passes every data chunk to visit, each thread's in order and none twice. 0 or as
 * pp_source_visit(). */
int pp_reader_visit(pp_reader *reader, pp_reader_chunk_fn visit, void *user,
                    pp_progress_fn progress, void *progress_user);

/* Where a builder of this recording takes names and times from. */
pp_build_source pp_reader_build_source(pp_reader *reader);

#endif
