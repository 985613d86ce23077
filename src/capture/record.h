/* capture/record.h: the words that threads write, and how they are read back.
 *
 * A word is ticks << 18 | id << 2 | kind (see paintprof/zone.h). The kind PP_RECORD_EXTENDED has a
 * type (low 8 bits of the id) and the number of payload words behind it (high 8 bits), so that a
 * reader skips what it does not know. No word is 0: the first 0 of a chunk is its end so far. */
#ifndef PP_CAPTURE_RECORD_H
#define PP_CAPTURE_RECORD_H

#include <paintprof/cause.h>
#include <paintprof/zone.h>
#include <stdbool.h>
#include <stddef.h>

enum pp_extended {
    PP_EXT_FRAME_BEGIN = 1, /* window, full ticks, asked ticks (0: unknown), budget_ns */
    PP_EXT_FRAME_END,       /* window | PP_FRAME_*, painted ticks (0: no paint), dirty_px, phases;
                               a token too, when the frame's GPU time follows */
    PP_EXT_COUNT,           /* items created, items painted, on this thread since the last one */
    PP_EXT_PIXELS,          /* device pixels, charged to the innermost open zone */
    PP_EXT_MARK_TEXT,       /* size_bytes, then the text in whole words */
    PP_EXT_FOCUS,           /* window: zones outside a frame belong to its next one; 0: to any */
    PP_EXT_GPU,             /* window, token of a frame that ended on this thread, GPU time in ns or
                               PP_GPU_NOT_MEASURED; token 0: no frame of the window gets one more */
    PP_EXT_OBJECT,          /* number of the instance that the innermost open zone paints */
    PP_EXT_CAUSE,           /* cause; of the innermost open zone; then the count, if it is not 1 */
    PP_EXT_WASTE,     /* pixels sampled | unchanged << 32, covered; of the innermost open zone */
    PP_EXT_UNPAINTED, /* site | count << 32, cause */
    PP_EXT_EVENT,     /* cause, self ticks, total ticks of a handler that ended now */
    PP_EXT_OVERHEAD,  /* ticks */
    PP_EXT_PAINT = PP_RECORD_TYPE_PAINT_, /* object | count << 32, pixels, cause if count is not 0;
                                             as 8, 4 and 9 */
    /* A trace id is two words, a span id one: their bytes as they are (paintprof/trace.h). */
    PP_EXT_TRACE_SPAN = 16, /* trace id, parent span, own span, role | flags << 8: innermost zone */
    PP_EXT_TRACE_POINT,     /* trace id, span that asks, point, CLOCK_MONOTONIC ns (0: now) */
    PP_EXT_TRACE_SHOWN,     /* trace id, span that asks, window (0: any): its next frame shows it */
};

/* Flags in the high half of PP_EXT_FRAME_END's first word. */
#define PP_FRAME_CANCELLED (UINT64_C(1) << 32)
#define PP_FRAME_COUNTS_ITEMS (UINT64_C(2) << 32)
/* Set by pp_reader_cut(): the frame is not in this part of a recording; it only takes what waited
 * for it, so that it does not count to others. */
#define PP_FRAME_LEFT_OUT (UINT64_C(4) << 32)
/* pp_window_set_disturbed() was on. */
#define PP_FRAME_DISTURBED (UINT64_C(8) << 32)

#define PP_GPU_NOT_MEASURED UINT64_MAX

#define PP_TICK_MASK ((UINT64_C(1) << (64 - PP_RECORD_TICK_SHIFT)) - 1)

/* As pp_cause_word_() made it. */
static inline pp_cause pp_word_cause(uint64_t word)
{
    return (pp_cause){(uint16_t)word, (uint16_t)(word >> 16), (uint16_t)(word >> 32)};
}

static inline unsigned pp_word_kind(uint64_t word)
{
    return (unsigned)(word & ((1u << PP_RECORD_KIND_BITS) - 1));
}

static inline uint32_t pp_word_id(uint64_t word)
{
    return (uint32_t)(word >> PP_RECORD_KIND_BITS) & ((1u << PP_RECORD_ID_BITS) - 1);
}

static inline unsigned pp_word_type(uint64_t word)
{
    return pp_word_id(word) & 0xff;
}

/* Payload words behind a word: 0 for all but extended ones. */
static inline size_t pp_word_payload(uint64_t word)
{
    return pp_word_kind(word) == PP_RECORD_EXTENDED ? pp_word_id(word) >> 8 : 0;
}

/* Whether a word is what people call a record: a zone (by its begin) or a mark. */
static inline bool pp_word_is_counted(uint64_t word)
{
    unsigned kind = pp_word_kind(word);
    return kind == PP_RECORD_BEGIN || kind == PP_RECORD_MARK ||
           (kind == PP_RECORD_EXTENDED && pp_word_type(word) == PP_EXT_MARK_TEXT);
}

/* Whether an extended record is about the innermost open zone, and goes where that goes. */
static inline bool pp_type_is_of_zone(unsigned type)
{
    return type == PP_EXT_PIXELS || type == PP_EXT_MARK_TEXT || type == PP_EXT_OBJECT ||
           type == PP_EXT_CAUSE || type == PP_EXT_WASTE || type == PP_EXT_PAINT;
}

/* The full ticks of a word that follows previous_ticks on the same thread. Unfenced reads may
 * step back by a little: then time stands still. */
static inline uint64_t pp_word_ticks(uint64_t previous_ticks, uint64_t word)
{
    uint64_t delta = ((word >> PP_RECORD_TICK_SHIFT) - previous_ticks) & PP_TICK_MASK;
    return delta > PP_TICK_MASK / 2 ? previous_ticks : previous_ticks + delta;
}

#endif
