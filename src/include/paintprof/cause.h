/* paintprof/cause.h: who was painted, why, and what ran long between the frames.
 *
 * For tools that measure programs they did not write, as the probe of `paintprof run` does: there,
 * what is painted is no place in the source but an object (a widget, a graphics item), and a
 * repaint has a cause. Everything here becomes records of the calling thread like zones and marks,
 * so that a recording tells the same as the running program. Part of the core; knows no toolkit. */
#ifndef PAINTPROF_CAUSE_H
#define PAINTPROF_CAUSE_H

#include <paintprof/zone.h>
#include <stddef.h>
#include <string.h>

PP_BEGIN_DECLS

/* What kind of thing a site stands for. X(name, text): the text is the site's `file` in angle
 * brackets, such as "<widget>", and `kind` in JSON. */
#define PP_OBJECT_KIND_LIST(X)                                                                     \
    X(PP_OBJECT_WIDGET, "widget")                                                                  \
    X(PP_OBJECT_ITEM, "item")                                                                      \
    X(PP_OBJECT_QUICK, "quick")                                                                    \
    X(PP_OBJECT_GL, "gl")                                                                          \
    X(PP_OBJECT_WINDOW, "window")
#define PP_OBJECT_KIND_ENUM(name, text) name,
typedef enum pp_object_kind {
    PP_OBJECT_KIND_LIST(PP_OBJECT_KIND_ENUM) PP_OBJECT_KIND_COUNT
} pp_object_kind;
#undef PP_OBJECT_KIND_ENUM

/* The site of a painter that is an object: one for each kind, class and object name (NULL or "":
 * none), the same for the same three; phase redraw. Its name is `Class` or `Class "name"`, its file
 * the kind in angle brackets, its line 0. Valid for the life of the process. NULL without memory or
 * when there are too many (then ask again without the object's name).
 * Thread: any; takes a lock: keep the answer. Since: 0.2 */
PP_API pp_site *pp_object_site(pp_object_kind kind, const char *class_name,
                               const char *object_name);

/* A short text by number, the same for the same text: event names, receivers, callers. Up to 255
 * bytes count. 0: no text, no memory or too many texts. Thread: any; takes a lock. Since: 0.2 */
PP_API uint16_t pp_text_intern(const char *utf8, size_t size_bytes);

/* Why something was repainted. Each by pp_text_intern(); 0: not known. */
typedef struct pp_cause {
    uint16_t event;    /* being handled when the update was asked for: "Timer", "MouseMove" … */
    uint16_t receiver; /* of that event: `Class` or `Class "name"` */
    uint16_t caller;   /* who called update(): "function (module)" or "function (file:line)" */
} pp_cause;

/* Charges the innermost open zone to one instance of what its site stands for (an item's address
 * numbered from 1). One record of two words. Thread: that of the zone, wait-free. Since: 0.2 */
PP_API void pp_zone_object(const pp_zone *zone, uint32_t object);

/* The innermost open zone was asked for `count` times since it was painted last, for that cause.
 * Several records for several causes. Thread: that of the zone, wait-free. Since: 0.2 */
PP_API void pp_zone_cause(const pp_zone *zone, pp_cause cause, uint32_t count);

/* A cause as one word of a record: its texts from the lowest bits on. Internal. */
static inline uint64_t pp_cause_word_(pp_cause cause)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word = 0;
    memcpy(&word, &cause, sizeof cause);
    return word;
#else
    return cause.event | (uint64_t)cause.receiver << 16 | (uint64_t)cause.caller << 32;
#endif
}

/* The slow path of pp_zone_begin_paint(), and the type of its record; not for direct use. */
enum { PP_RECORD_TYPE_PAINT_ = 14 };
PP_API pp_zone pp_zone_begin_paint_slow_(pp_site *site, uint64_t object_word, uint64_t pixels,
                                         uint64_t cause_word);

/* pp_zone_begin() with pp_zone_object(), pp_zone_pixels() and pp_zone_cause() (count 0: without) at
 * one reading of the clock, for what is painted thousands of times a frame. site: an answer of
 * pp_object_site(). Ends by pp_zone_end() on the same thread. Thread: any, wait-free. Since: 0.2 */
static inline pp_zone pp_zone_begin_paint(pp_site *site, uint32_t object, uint64_t pixels,
                                          pp_cause cause, uint32_t count)
{
    const uint64_t object_word = object | (uint64_t)count << 32, cause_word = pp_cause_word_(cause);
    uint64_t *next = pp_thread_cursor.next;
    const uint64_t *limit = __atomic_load_n(&pp_thread_cursor.limit, __ATOMIC_RELAXED);
    const intptr_t room_bytes = (intptr_t)((uintptr_t)limit - (uintptr_t)next);
    pp_zone zone;
    zone.word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
    if (PP_UNLIKELY(room_bytes < 5 * 8 || zone.word == 0 || zone.word == PP_WORD_NEW))
        return pp_zone_begin_paint_slow_(site, object_word, pixels, cause_word);
    size_t payload_count = 2;
    next[2] = object_word;
    next[3] = pixels;
    if (count > 0)
        next[2 + payload_count++] = cause_word;
    const uint64_t stamp = pp_counter() << PP_RECORD_TICK_SHIFT;
    const uint64_t low = pp_extended_low_(PP_RECORD_TYPE_PAINT_, payload_count);
    __atomic_store_n(next + 1, stamp | low, __ATOMIC_RELEASE);
    /* The begin last: whoever reads it finds what follows it. */
    __atomic_store_n(next, stamp | zone.word, __ATOMIC_RELEASE);
    pp_thread_cursor.next = next + 2 + payload_count;
    return zone;
}

/* An estimate of what of the zone's painting was not needed, from a sample of its pixels: of
 * `sampled` device pixels, `covered` lie under something opaque, and `unchanged` could have been
 * left out, since they lie outside the smallest rectangle around those whose value the frame
 * changed (all of them when none did). So a moving line does not count as waste and a small cursor
 * in a full update does. Thread: that of the zone, wait-free. Since: 0.2 */
PP_API void pp_zone_waste(const pp_zone *zone, uint32_t sampled, uint32_t unchanged,
                          uint32_t covered);

/* Updates of site, an answer of pp_object_site(), that were asked for and led to no paint. Outside
 * or inside a zone. Thread: any, wait-free. Since: 0.2 */
PP_API void pp_note_unpainted(pp_site *site, pp_cause cause, uint32_t count);

/* An event handler of the calling thread ran for self_ticks (what ran inside it and is recorded
 * itself, frames above all, taken out) and ended now, after total_ticks. Only those worth telling:
 * the caller applies the threshold. cause.event and cause.receiver say which.
 * Thread: any, wait-free. Since: 0.2 */
PP_API void pp_note_event(pp_cause cause, uint64_t self_ticks, uint64_t total_ticks);

/* The tool's own time on this thread since the last call, in ticks, that no zone of phase overlay
 * covers (an estimate where it was not timed itself). Thread: any, wait-free. Since: 0.2 */
PP_API void pp_note_overhead(uint64_t ticks);

PP_END_DECLS

#endif
