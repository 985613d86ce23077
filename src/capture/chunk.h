/* capture/chunk.h: the memory that records are written to, and who owns it. */
#ifndef PP_CAPTURE_CHUNK_H
#define PP_CAPTURE_CHUNK_H

#include <stdint.h>

enum { PP_CHUNK_BYTES = 32768 };

/* One stretch of records of one thread; handed out zeroed. */
typedef struct pp_chunk {
    struct pp_chunk *next; /* younger chunk of the same thread, or next free one */
    uint64_t base_ticks;
    uint64_t lost_before; /* records of this thread lost just before the first word */
    uint64_t words[(PP_CHUNK_BYTES - 3 * sizeof(uint64_t)) / sizeof(uint64_t)];
} pp_chunk;

enum { PP_CHUNK_WORDS = sizeof(((pp_chunk *)0)->words) / sizeof(uint64_t) };

/* A zeroed chunk whose pages are all in memory; NULL without memory. */
pp_chunk *pp_chunk_new(void);
void pp_chunk_free(pp_chunk *chunk);

/* Zeroes a chunk again, of which used words were written. */
void pp_chunk_clear(pp_chunk *chunk, uint64_t used);

/* How many words are published from index from on (whole records), and the records in them. */
uint64_t pp_chunk_published(const pp_chunk *chunk, uint64_t from, uint64_t *records);

#endif
