/* capture/record.c: the records that the inline path does not write: extended ones. */
#include "base/base.h"
#include "capture/state.h"

#include <stdarg.h>
#include <string.h>

enum { MARK_TEXT_MAX = 255 };

void pp_write_extended(enum pp_extended type, const uint64_t *payload, size_t count)
{
    uint64_t *words = pp_words_reserve(count + 1, type == PP_EXT_MARK_TEXT);
    if (!words)
        return;
    memcpy(words + 1, payload, count * sizeof *payload);
    uint64_t id = (uint64_t)count << 8 | (uint64_t)type;
    uint64_t low = id << PP_RECORD_KIND_BITS | PP_RECORD_EXTENDED;
    pp_words_publish(words, pp_ticks() << PP_RECORD_TICK_SHIFT | low, count + 1);
}

void pp_zone_pixels(const pp_zone *zone, uint64_t pixels)
{
    if (zone->word != 0)
        pp_write_extended(PP_EXT_PIXELS, &pixels, 1);
}

/* The longest prefix of at most limit bytes that does not cut a UTF-8 sequence. */
static size_t whole_utf8(const char *text, size_t limit)
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
        size = whole_utf8(text, MARK_TEXT_MAX - 1);
    payload.words[0] = size;
    size_t text_words = (size + 7) / 8;
    memset(text + size, 0, text_words * 8 - size);
    pp_write_extended(PP_EXT_MARK_TEXT, payload.words, 1 + text_words);
}
