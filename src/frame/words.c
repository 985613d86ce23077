/* frame/words.c: reads the words of one thread into its track: the loop that has to be fast.
 *
 * A recording is read at tens of millions of records a second, so the loop keeps the time and the
 * innermost zone in registers and calls nothing for a zone at a known site or for a mark. */
#include "frame/words.h"

#include "capture/record.h"
#include "frame/trace.h"
#include "frame/waiting.h"

#include <string.h>

enum { LABEL_MAX = 255 };

/* ---- Extended records ----------------------------------------------------------------------- */

static void read_mark_text(pp_track *track, const uint64_t *payload, size_t count)
{
    char label[LABEL_MAX + 1];
    uint64_t size = payload[0];
    uint64_t room = (count - 1) * sizeof *payload;
    track->tally->records++;
    track->shared->marks++;
    if (size > room)
        size = room;
    if (size > LABEL_MAX)
        size = LABEL_MAX;
    memcpy(label, payload + 1, size);
    label[size] = '\0';
    pp_track_mark(track, label);
}

/* Begins a frame at its own full ticks; the record's word was stamped a moment later. */
static void read_frame_begin(pp_track *track, const uint64_t *payload)
{
    if (payload[1] > track->now_ticks)
        pp_track_advance(track, payload[1]);
    pp_track_begin_frame(track, (uint32_t)payload[0], payload[2], payload[3]);
}

/* Payload words that a type has at least; longer ones come from a later version. */
static size_t payload_min(unsigned type)
{
    static const unsigned char sizes[] = {
        [PP_EXT_FRAME_BEGIN] = 4, [PP_EXT_FRAME_END] = 3, [PP_EXT_COUNT] = 2,
        [PP_EXT_PIXELS] = 1,      [PP_EXT_MARK_TEXT] = 1, [PP_EXT_FOCUS] = 1,
        [PP_EXT_GPU] = 3,         [PP_EXT_OBJECT] = 1,    [PP_EXT_CAUSE] = 1,
        [PP_EXT_WASTE] = 2,       [PP_EXT_UNPAINTED] = 2, [PP_EXT_EVENT] = 3,
        [PP_EXT_OVERHEAD] = 1,    [PP_EXT_PAINT] = 2,
    };
    return type < sizeof sizes ? sizes[type] : 0;
}

static void read_extended(pp_assembler *assembler, pp_track *track, const uint64_t *words,
                          uint64_t ticks)
{
    unsigned type = pp_word_type(words[0]);
    size_t count = pp_word_payload(words[0]);
    const uint64_t *payload = words + 1;
    if (count < payload_min(type))
        return;
    if (type == PP_EXT_FRAME_BEGIN) {
        read_frame_begin(track, payload);
        return;
    }
    pp_track_advance(track, ticks);
    switch (type) {
    case PP_EXT_FRAME_END:
        pp_assemble(assembler, track,
                    &(pp_frame_end_record){payload[0], payload[1], payload[2],
                                           count > 3 ? payload[3] : 0, count > 4 ? payload[4] : 0});
        break;
    case PP_EXT_COUNT:
        track->tally->items_created += payload[0];
        track->tally->items_painted += payload[1];
        break;
    case PP_EXT_PIXELS:
        pp_track_pixels(track, payload[0]);
        break;
    case PP_EXT_MARK_TEXT:
        read_mark_text(track, payload, count);
        break;
    case PP_EXT_FOCUS:
        pp_track_focus(track, (uint32_t)payload[0]);
        break;
    case PP_EXT_GPU:
        pp_waiting_take(assembler, track, (uint32_t)payload[0], payload[1], payload[2]);
        break;
    case PP_EXT_PAINT:
        pp_track_pixels(track, payload[1]);
        pp_track_note(track, type, payload, count);
        break;
    case PP_EXT_OBJECT:
    case PP_EXT_CAUSE:
    case PP_EXT_WASTE:
    case PP_EXT_UNPAINTED:
    case PP_EXT_EVENT:
    case PP_EXT_OVERHEAD:
        pp_track_note(track, type, payload, count);
        break;
    default:
        pp_track_read_trace(track, type, payload, count);
        break;
    }
}

/* ---- Zones and marks ------------------------------------------------------------------------ */

static void tell_mark(pp_track *track, uint32_t id)
{
    const pp_build_source *source = &track->shared->source;
    const char *label = source->label(source->user, id);
    pp_track_mark(track, label ? label : "?");
}

/* A zone at a site that the tally knows already, with room for it. */
static inline pp_open_zone *begin_zone(pp_track *track, pp_open_zone *top, uint32_t id,
                                       uint64_t now_ticks)
{
    uint32_t slot = pp_tally_find(track->tally, id);
    if (PP_LIKELY(slot && id < track->id_capacity && top + 1 < track->zones_end && !track->deep)) {
        pp_track_open(track, top + 1, id, slot, now_ticks);
        return top + 1;
    }
    track->top = top;
    track->now_ticks = now_ticks;
    pp_track_begin_new_zone(track, id);
    return track->top;
}

static inline pp_open_zone *end_zone(pp_track *track, pp_open_zone *top, uint32_t id,
                                     uint64_t now_ticks)
{
    if (PP_LIKELY(top->id == id && !track->deep)) {
        pp_track_close(track, top, now_ticks);
        track->top = top - 1;
        if (PP_UNLIKELY(track->shared->target.zone))
            pp_track_tell_zone(track, top, now_ticks);
        if (PP_UNLIKELY(top->has_notes))
            pp_track_tell_paint(track, top, now_ticks);
        return top - 1;
    }
    track->top = top;
    track->now_ticks = now_ticks;
    pp_track_end_other_zone(track, id);
    return track->top;
}

static inline void read_mark(pp_track *track, pp_open_zone *top, uint32_t id, uint64_t now_ticks)
{
    if (PP_UNLIKELY(track->shared->target.mark)) {
        track->top = top;
        track->now_ticks = now_ticks;
        tell_mark(track, id);
    }
    top->mark_ticks = now_ticks;
}

/* How many there were since the last extended record: they go to what is charged until then. */
typedef struct run {
    uint64_t zones, marks;
} run;

static inline void count_run(pp_track *track, run *r)
{
    track->tally->records += r->zones + r->marks;
    track->shared->zones += r->zones;
    track->shared->marks += r->marks;
    *r = (run){0, 0};
}

void pp_track_read(pp_assembler *assembler, pp_track *track, const uint64_t *words, size_t count)
{
    const uint64_t *end = words + count;
    uint64_t now_ticks = track->now_ticks;
    pp_open_zone *top = track->top;
    run r = {0, 0};
    while (words < end) {
        uint64_t word = *words;
        unsigned kind = pp_word_kind(word);
        uint64_t ticks = pp_word_ticks(now_ticks, word);
        if (PP_UNLIKELY(kind == PP_RECORD_EXTENDED)) {
            size_t size = 1 + pp_word_payload(word);
            if (size > (size_t)(end - words))
                break;
            count_run(track, &r);
            track->top = top;
            track->now_ticks = now_ticks;
            read_extended(assembler, track, words, ticks);
            top = track->top;
            now_ticks = track->now_ticks;
            words += size;
            continue;
        }
        words++;
        pp_track_charge(track, top, now_ticks, ticks);
        now_ticks = ticks;
        if (kind == PP_RECORD_BEGIN) {
            top = begin_zone(track, top, pp_word_id(word), now_ticks);
            r.zones++;
        } else if (kind == PP_RECORD_END) {
            top = end_zone(track, top, pp_word_id(word), now_ticks);
        } else {
            read_mark(track, top, pp_word_id(word), now_ticks);
            r.marks++;
        }
    }
    count_run(track, &r);
    track->top = top;
    track->now_ticks = now_ticks;
}
