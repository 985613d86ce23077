/* capture/chunk.c: chunks: made, cleared, measured. */
#include "capture/chunk.h"

#include "capture/record.h"

#include <stdlib.h>
#include <string.h>

pp_chunk *pp_chunk_new(void)
{
    pp_chunk *chunk = malloc(sizeof *chunk);
    if (chunk)
        memset(chunk, 0, sizeof *chunk); /* also takes the page faults now, not in a paint */
    return chunk;
}

void pp_chunk_free(pp_chunk *chunk)
{
    free(chunk);
}

void pp_chunk_clear(pp_chunk *chunk, uint64_t used)
{
    chunk->next = NULL;
    chunk->lost_before = 0;
    memset(chunk->words, 0, used * sizeof chunk->words[0]);
}

uint64_t pp_chunk_published(const pp_chunk *chunk, uint64_t from, uint64_t *records)
{
    uint64_t at = from;
    uint64_t word;
    while (at < PP_CHUNK_WORDS && (word = __atomic_load_n(&chunk->words[at], __ATOMIC_ACQUIRE))) {
        at += 1 + pp_word_payload(word);
        *records += 1;
    }
    return at;
}
