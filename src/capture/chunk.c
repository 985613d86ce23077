/* capture/chunk.c: the memory that records are written to, and the stores it comes from. */
#include "capture/chunk.h"

#include "capture/record.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

pp_store *pp_store_create(pp_rec_live *live, uint64_t limit)
{
    pp_store *store = calloc(1, sizeof *store);
    if (store) {
        store->live = live;
        store->limit = limit;
    }
    return store;
}

/* Touches every page now, so that no paint has to wait for the kernel. */
static void *make_memory(pp_store *store, uint32_t count)
{
    if (store->live)
        return pp_rec_live_grow(store->live, count);
    size_t size = (size_t)count * PP_REC_SLOT_BYTES;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    for (size_t at = 0; at < size; at += 4096)
        __atomic_store_n((char *)memory + at, 0, __ATOMIC_RELAXED);
    return memory;
}

pp_batch *pp_store_make(pp_store *store, uint32_t count)
{
    pp_batch *batch = calloc(1, sizeof *batch + count * sizeof batch->chunks[0]);
    if (!batch)
        return NULL;
    batch->memory = make_memory(store, count);
    if (!batch->memory) {
        free(batch);
        return NULL;
    }
    batch->count = count;
    for (uint32_t i = 0; i < count; i++) {
        char *slot = (char *)batch->memory + (size_t)i * PP_REC_SLOT_BYTES;
        batch->chunks[i] = (pp_chunk){.store = store,
                                      .header = (pp_rec_block *)(void *)slot,
                                      .words = (uint64_t *)(void *)(slot + sizeof(pp_rec_block))};
    }
    return batch;
}

/* Behind the others: what the helper has just cleared is in its core's cache, from which the first
 * stores of another core would have to fetch it line by line. */
static void push_ready(pp_chunk *chunk)
{
    pp_store *store = chunk->store;
    chunk->next = NULL;
    if (store->ready)
        store->ready_last->next = chunk;
    else
        store->ready = chunk;
    store->ready_last = chunk;
    store->ready_count++;
}

pp_chunk *pp_store_take(pp_store *store)
{
    pp_chunk *chunk = store->ready;
    if (chunk) {
        store->ready = chunk->next;
        store->ready_count--;
        chunk->next = NULL;
    }
    return chunk;
}

static void free_store(pp_store *store)
{
    while (store->batches) {
        pp_batch *batch = store->batches;
        store->batches = batch->next;
        munmap(batch->memory, (size_t)batch->count * PP_REC_SLOT_BYTES);
        free(batch);
    }
    free(store);
}

static void free_if_done(pp_store *store)
{
    if (store->is_closed && store->making == 0 && store->ready_count == store->count)
        free_store(store);
}

void pp_store_add(pp_store *store, pp_batch *batch)
{
    store->making--;
    if (batch) {
        batch->next = store->batches;
        store->batches = batch;
        store->count += batch->count;
        for (uint32_t i = 0; i < batch->count; i++)
            push_ready(&batch->chunks[i]);
    }
    free_if_done(store);
}

void pp_store_give(pp_chunk *chunk)
{
    push_ready(chunk);
    free_if_done(chunk->store);
}

void pp_store_close(pp_store *store)
{
    store->is_closed = true;
    free_if_done(store);
}

/* The header first: a reader of the live part takes the slot for free from then on. */
void pp_chunk_clear(pp_chunk *chunk, uint64_t used)
{
    __atomic_store_n(&chunk->header->kind, 0, __ATOMIC_RELEASE);
    memset(chunk->header, 0, sizeof *chunk->header);
    memset(chunk->words, 0, used * sizeof chunk->words[0]);
}

uint64_t pp_chunk_published(const pp_chunk *chunk, uint64_t from, uint64_t *records,
                            uint64_t *counted)
{
    uint64_t at = from, all = 0, kept = 0;
    uint64_t word;
    while (at < PP_CHUNK_WORDS && (word = __atomic_load_n(&chunk->words[at], __ATOMIC_ACQUIRE))) {
        at += 1 + pp_word_payload(word);
        all++;
        kept += pp_word_is_counted(word);
    }
    if (records)
        *records += all;
    if (counted)
        *counted += kept;
    return at;
}
