/* scene/big_array.c: small arrays from malloc(), large ones in pages of their own. */
#include "scene/big_array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const size_t HUGE_PAGE_BYTES = (size_t)2 << 20;

static bool is_mapped(size_t size_bytes)
{
    return size_bytes >= HUGE_PAGE_BYTES;
}

/* Room for that many bytes at a multiple of huge pages; MAP_FAILED if there is none. */
static void *map_aligned(size_t size_bytes, int protection)
{
    size_t reserved = size_bytes + HUGE_PAGE_BYTES;
    char *start = mmap(NULL, reserved, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return MAP_FAILED;
    size_t before = -(uintptr_t)start % HUGE_PAGE_BYTES;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + size_bytes, reserved - before - size_bytes);
    return start + before;
}

/* Pages that were written to stay as they are. A wish: where it is refused the array is only
 * slower. */
static void choose_pages(const big_array *array)
{
    madvise(array->items, array->size_bytes, array->at_once ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

/* Pages move to an aligned place: where both are, whole huge ones do. */
static void *move_pages(const big_array *array, size_t size_bytes)
{
    void *place = map_aligned(size_bytes, PROT_NONE);
    if (place == MAP_FAILED)
        return MAP_FAILED;
    void *moved =
        mremap(array->items, array->size_bytes, size_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, place);
    if (moved == MAP_FAILED)
        munmap(place, size_bytes);
    return moved;
}

static void *copy_into_pages(const big_array *array, size_t size_bytes)
{
    void *items = map_aligned(size_bytes, PROT_READ | PROT_WRITE);
    if (items == MAP_FAILED)
        return MAP_FAILED;
    if (array->size_bytes > 0)
        memcpy(items, array->items, array->size_bytes);
    free(array->items);
    return items;
}

static bool grow_mapped(big_array *array, size_t size_bytes)
{
    if (size_bytes > SIZE_MAX / 2)
        return false;
    size_bytes = (size_bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
    void *items = is_mapped(array->size_bytes) ? move_pages(array, size_bytes)
                                               : copy_into_pages(array, size_bytes);
    if (items == MAP_FAILED)
        return false;
    array->items = items;
    array->size_bytes = size_bytes;
    choose_pages(array);
    return true;
}

void big_array_fill_at_once(big_array *array, bool at_once)
{
    if (at_once == array->at_once)
        return;
    array->at_once = at_once;
    if (is_mapped(array->size_bytes))
        choose_pages(array);
}

bool big_array_grow(big_array *array, size_t size_bytes)
{
    if (size_bytes <= array->size_bytes)
        return true;
    if (is_mapped(size_bytes))
        return grow_mapped(array, size_bytes);
    void *items = realloc(array->items, size_bytes);
    if (!items)
        return false;
    array->items = items;
    array->size_bytes = size_bytes;
    return true;
}

void big_array_free(big_array *array)
{
    if (is_mapped(array->size_bytes))
        munmap(array->items, array->size_bytes);
    else
        free(array->items);
    *array = (big_array){0};
}
