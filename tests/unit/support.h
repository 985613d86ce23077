/* unit/support.h: what several suites need: cmocka, a clock that stands still, captured text. */
#ifndef PP_UNIT_SUPPORT_H
#define PP_UNIT_SUPPORT_H

#include <paintprof/export.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first, and says nothing about C++ itself. */
PP_BEGIN_DECLS
#include <cmocka.h>
PP_END_DECLS

#include <paintprof/paintprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The suites of a cross build run under qemu-user, which can neither exec a foreign program nor
 * start a thread in a forked child. */
static inline void skip_if_emulated(void)
{
#if defined(PP_TEST_EMULATED)
    skip();
#endif
}

/* A clock that moves only when a test says so. */
static uint64_t fake_now_ns = 1000000000;

static inline uint64_t fake_clock(void *user)
{
    (void)user;
    return fake_now_ns;
}

static inline void advance_us(uint64_t us)
{
    fake_now_ns += us * 1000;
}

/* Collects text blocks, and counts how they came. */
typedef struct captured_text {
    char bytes[65536];
    size_t size;
    int writes;
} captured_text;

static inline void capture_text(void *user, const char *text, size_t size_bytes)
{
    captured_text *captured = (captured_text *)user;
    if (captured->size + size_bytes >= sizeof captured->bytes)
        size_bytes = sizeof captured->bytes - 1 - captured->size;
    memcpy(captured->bytes + captured->size, text, size_bytes);
    captured->size += size_bytes;
    captured->bytes[captured->size] = '\0';
    captured->writes++;
}

/* Fails the test unless text is, byte for byte, what the golden file holds. With
 * PAINTPROF_UPDATE_GOLDEN set it writes the file instead. */
static inline void assert_golden(const char *name, const char *text)
{
    char path[512], expected[65536];
    snprintf(path, sizeof path, PP_SOURCE_DIR "/tests/golden/%s", name);
    if (getenv("PAINTPROF_UPDATE_GOLDEN")) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
    }
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    size_t size = fread(expected, 1, sizeof expected - 1, file);
    fclose(file);
    expected[size] = '\0';
    assert_string_equal(text, expected);
}

#endif
