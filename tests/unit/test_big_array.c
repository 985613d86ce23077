/* unit/test_big_array.c: arrays from malloc(), in huge pages, and on their way from one to the
 * other. */
#include "scene/big_array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { HUGE_PAGE_BYTES = 2 << 20 };

static unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 2654435761U >> 13);
}

/* Writes what is new and reads all. */
static void fill(const big_array *array, size_t first, size_t last)
{
    unsigned char *bytes = array->items;
    for (size_t i = first; i < last; i++)
        bytes[i] = byte_at(i);
    for (size_t i = 0; i < last; i++)
        if (bytes[i] != byte_at(i))
            fail_msg("byte %zu of %zu", i, last);
}

static void what_was_written_stays_however_an_array_grows(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 100, 5000, 1 << 20, HUGE_PAGE_BYTES - 1, 7 << 20, 9 << 20};
    for (size_t step = 1; step < 4; step++) {
        big_array array = {0};
        size_t size = 0;
        for (size_t i = step - 1; i < sizeof steps / sizeof *steps; i += step) {
            assert_true(big_array_grow(&array, steps[i]));
            assert_true(array.size_bytes >= steps[i]);
            fill(&array, size, steps[i]);
            size = steps[i];
        }
        big_array_free(&array);
        assert_null(array.items);
        assert_int_equal(array.size_bytes, 0);
    }
}

static void large_arrays_begin_at_huge_pages(void **state)
{
    (void)state;
    big_array arrays[4] = {{0}};
    for (size_t i = 0; i < 20; i++) {
        assert_true(big_array_grow(&arrays[i % 4], (i / 4 + 1) * HUGE_PAGE_BYTES + i * 1000));
        assert_int_equal((uintptr_t)arrays[i % 4].items % HUGE_PAGE_BYTES, 0);
        assert_int_equal(arrays[i % 4].size_bytes % HUGE_PAGE_BYTES, 0);
    }
    for (size_t i = 0; i < 4; i++)
        big_array_free(&arrays[i]);
}

static void an_array_that_cannot_grow_is_as_it_was(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 100, 5 << 20};
    static const size_t too_large[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)1 << 60};
    for (size_t i = 0; i < 9; i++) {
        big_array array = {0};
        size_t size = sizes[i / 3];
        if (size > 0)
            assert_true(big_array_grow(&array, size));
        big_array before = array;
        fill(&array, 0, size);
        assert_false(big_array_grow(&array, too_large[i % 3]));
        assert_memory_equal(&array, &before, sizeof array);
        fill(&array, 0, size);
        assert_true(big_array_grow(&array, size + 1000));
        fill(&array, size, size + 1000);
        big_array_free(&array);
    }
}

/* Resident bytes: what one write into pages that nothing was written to brought. */
static size_t bytes_of_one_write(bool at_once)
{
    big_array array = {0};
    assert_true(big_array_grow(&array, 8 << 20));
    big_array_fill_at_once(&array, at_once);
    fill(&array, 0, 1);
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE), pages = 0;
    unsigned char resident[(8 << 20) / 4096];
    assert_int_equal(mincore(array.items, 8 << 20, resident), 0);
    for (size_t i = 0; i < (8 << 20) / page_bytes; i++)
        pages += resident[i] & 1;
    big_array_free(&array);
    return pages * page_bytes;
}

/* Large pages are a wish, small ones are kept to. */
static void what_fills_slowly_never_waits_for_a_large_page(void **state)
{
    (void)state;
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(bytes_of_one_write(false), page_bytes);
    size_t bytes = bytes_of_one_write(true);
    assert_true(bytes == page_bytes || bytes == HUGE_PAGE_BYTES);
}

static void pages_once_written_stay_whatever_comes_next(void **state)
{
    (void)state;
    big_array array = {0};
    size_t size = 0;
    for (size_t i = 1; i < 12; i++) {
        big_array_fill_at_once(&array, i % 3 == 0);
        assert_true(big_array_grow(&array, i << 20));
        fill(&array, size, (i << 20) - 1000);
        size = (i << 20) - 1000;
    }
    big_array_free(&array);
}

static void an_array_never_shrinks(void **state)
{
    (void)state;
    big_array array = {0};
    assert_true(big_array_grow(&array, 4 << 20));
    big_array before = array;
    assert_true(big_array_grow(&array, 10));
    assert_memory_equal(&array, &before, sizeof array);
    big_array_free(&array);
    big_array_free(&array);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_stays_however_an_array_grows),
        cmocka_unit_test(large_arrays_begin_at_huge_pages),
        cmocka_unit_test(an_array_that_cannot_grow_is_as_it_was),
        cmocka_unit_test(what_fills_slowly_never_waits_for_a_large_page),
        cmocka_unit_test(pages_once_written_stay_whatever_comes_next),
        cmocka_unit_test(an_array_never_shrinks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
