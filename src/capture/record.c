/* capture/record.c: the records that the inline path does not write: extended ones. */
#include "base/base.h"
#include "capture/state.h"

#include <stdarg.h>
#include <string.h>

enum { MARK_TEXT_MAX = 255 };

/* Room at the cursor and the time, by the shortest way where that goes: an item that is painted may
 * have three such records. */
static inline uint64_t *reserve(size_t count, bool is_counted, uint64_t *ticks)
{
    uint64_t *next = pp_thread_cursor.next;
    const uint64_t *limit = __atomic_load_n(&pp_thread_cursor.limit, __ATOMIC_RELAXED);
    if (PP_LIKELY(next < limit && (size_t)(limit - next) >= count)) {
        *ticks = pp_counter(); /* without one, the limit is NULL */
        return next;
    }
    next = pp_words_reserve(count, is_counted);
    *ticks = next ? pp_ticks() : 0;
    return next;
}

void pp_write_extended(enum pp_extended type, const uint64_t *payload, size_t count)
{
    uint64_t ticks;
    uint64_t *words = reserve(count + 1, type == PP_EXT_MARK_TEXT, &ticks);
    if (!words)
        return;
    for (size_t i = 0; i < count; i++)
        words[i + 1] = payload[i];
    uint64_t low = pp_extended_low_((unsigned)type, count);
    pp_words_publish(words, ticks << PP_RECORD_TICK_SHIFT | low, count + 1);
}

void pp_zone_pixels(const pp_zone *zone, uint64_t pixels)
{
    if (zone->word != 0)
        pp_write_extended(PP_EXT_PIXELS, &pixels, 1);
}

size_t pp_whole_utf8(const char *text, size_t limit)
{
    size_t size = limit;
    while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
        size--;
    return size;
}

void pp_markf_(const char *format, ...)
{
    union {
        uint64_t words[1 + (MARK_TEXT_MAX + 8) / 8];
        char bytes[8 + MARK_TEXT_MAX + 8];
    } payload;
    char *text = payload.bytes + 8;
    va_list args;
    va_start(args, format);
    int length = pp_vformat(text, MARK_TEXT_MAX + 1, format, args);
    va_end(args);
    size_t size = length < 0 ? 0 : (size_t)length;
    if (size > MARK_TEXT_MAX)
        size = pp_whole_utf8(text, MARK_TEXT_MAX - 1);
    payload.words[0] = size;
    size_t text_words = (size + 7) / 8;
    memset(text + size, 0, text_words * 8 - size);
    pp_write_extended(PP_EXT_MARK_TEXT, payload.words, 1 + text_words);
}
