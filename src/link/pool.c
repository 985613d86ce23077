/* link/pool.c: labels, each kept once. */
#include "link/pool.h"

#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 255, FIRST_SLOTS = 256 };
static const size_t BYTES_MAX = (size_t)32 << 20, COUNT_MAX = (size_t)1 << 18;

const char pp_link_other[] = "other steps";

/* FNV-1a (Fowler, Noll, Vo). A hostile file can make it slow, bounded by COUNT_MAX. */
static size_t hash_of(const char *text, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    return (size_t)(hash ^ hash >> 32);
}

/* Where the label is or belongs. */
static char **slot_of(const pp_link_pool *pool, const char *text, size_t size)
{
    size_t at = hash_of(text, size);
    for (;; at++) {
        char **slot = &pool->slots[at & (pool->capacity - 1)];
        if (!*slot || (strncmp(*slot, text, size) == 0 && (*slot)[size] == '\0'))
            return slot;
    }
}

static int grow(pp_link_pool *pool)
{
    pp_link_pool larger = *pool;
    larger.capacity = pool->capacity ? pool->capacity * 2 : FIRST_SLOTS;
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return 0;
    for (size_t i = 0; i < pool->capacity; i++)
        if (pool->slots[i])
            *slot_of(&larger, pool->slots[i], strlen(pool->slots[i])) = pool->slots[i];
    free(pool->slots);
    *pool = larger;
    return 1;
}

static const char *keep(pp_link_pool *pool, char **slot, const char *text, size_t size)
{
    if (pool->count == COUNT_MAX || pool->bytes + size > BYTES_MAX)
        return pp_link_other;
    *slot = strndup(text, size);
    if (!*slot)
        return pp_link_other;
    pool->count++;
    pool->bytes += size + 1;
    return *slot;
}

const char *pp_pool_label(pp_link_pool *pool, const char *text, size_t size)
{
    char clean[LABEL_MAX];
    size_t length = size < LABEL_MAX ? size : LABEL_MAX;
    while (length < size && length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    for (size_t i = 0; i < length; i++)
        clean[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
    if (pool->count * 2 >= pool->capacity && !grow(pool))
        return pp_link_other;
    char **slot = slot_of(pool, clean, length);
    return *slot ? *slot : keep(pool, slot, clean, length);
}

void pp_pool_free(pp_link_pool *pool)
{
    for (size_t i = 0; i < pool->capacity; i++)
        free(pool->slots[i]);
    free(pool->slots);
    *pool = (pp_link_pool){0};
}
