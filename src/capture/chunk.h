/* capture/chunk.h: the memory that records are written to, and the stores it comes from. */
#ifndef PP_CAPTURE_CHUNK_H
#define PP_CAPTURE_CHUNK_H

#include "recording/live.h"

#include <stdbool.h>
#include <stdint.h>

enum { PP_CHUNK_WORDS = PP_REC_CHUNK_WORDS };

typedef struct pp_store pp_store;

/* One stretch of records of one thread; handed out zeroed. The header is the one that the chunk
 * has in a recording; it may lie in shared memory, this description never does. */
typedef struct pp_chunk {
    struct pp_chunk *next; /* younger chunk of the same thread, or next of a list */
    pp_store *store;
    pp_rec_block *header;
    uint64_t *words;
} pp_chunk;

/* Chunks of one kind of memory: a recording's live part, or the process' own. Everything but
 * pp_store_make() and pp_store_create() is called under the capture's lock. */
struct pp_store {
    pp_rec_live *live; /* NULL: memory of the process */
    pp_chunk *ready;   /* zeroed and faulted in, those that wait longest first */
    pp_chunk *ready_last;
    uint32_t ready_count;
    uint32_t making; /* who makes chunks for it just now, without the lock */
    uint64_t count, limit;
    bool is_closed; /* what comes back is not handed out again; freed with its last chunk */
    struct pp_batch *batches;
};

/* Chunks made together. */
typedef struct pp_batch {
    struct pp_batch *next;
    void *memory;
    uint32_t count;
    pp_chunk chunks[];
} pp_batch;

/* A store of at most limit chunks; NULL without memory. It owns live only while it is open. */
pp_store *pp_store_create(pp_rec_live *live, uint64_t limit);

/* Makes count chunks without the lock, between a making++ under it and pp_store_add(), which makes
 * them ready. NULL without memory, which pp_store_add() accepts. */
pp_batch *pp_store_make(pp_store *store, uint32_t count);
void pp_store_add(pp_store *store, pp_batch *batch);

/* A ready chunk, NULL if there is none. */
pp_chunk *pp_store_take(pp_store *store);

/* Takes a chunk back: cleared (see pp_chunk_clear), unless the store is closed. */
void pp_store_give(pp_chunk *chunk);

/* Nothing is taken any more; frees the store when its last chunk is back. */
void pp_store_close(pp_store *store);

/* Zeroes a chunk again, of which used words were written. Without the lock. */
void pp_chunk_clear(pp_chunk *chunk, uint64_t used);

/* How many words are published from index from on (whole records). Adds the records in them to
 * *records, and zones begun and marks to *counted (either may be NULL). */
uint64_t pp_chunk_published(const pp_chunk *chunk, uint64_t from, uint64_t *records,
                            uint64_t *counted);

#endif
