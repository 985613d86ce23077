/* scene/big_array.h: arrays that grow in place and are read here and there.
 *
 * A frame reads a few lines of the cache around each of a thousand places of them. In pages of
 * 4 KiB each such place of a large array also costs the walk to its page; in pages of 2 MiB the
 * walks are cached. Nor does an item or an aligned group of them lie across more lines than it
 * must.
 *
 * But a page of 2 MiB is cleared in one go when it is first written to, which takes from half a
 * millisecond to 20 where a host has to find the memory; and arrays of one length come to the end
 * of a page together. So what is filled slowly, as from a feed, has small pages. */
#ifndef PP_SCENE_BIG_ARRAY_H
#define PP_SCENE_BIG_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct big_array {
    void *items;
    size_t size_bytes;
    bool at_once;
} big_array;

/* Makes it at least that large; pages move, nothing large is copied. False: no memory, and it is as
 * it was. Zeroed is empty. */
bool big_array_grow(big_array *array, size_t size_bytes);

/* Whether what is not written to yet is filled at once, so that nobody waits for a single page;
 * else item by item, as at first. It stays so when the array grows. */
void big_array_fill_at_once(big_array *array, bool at_once);

void big_array_free(big_array *array);

#endif
