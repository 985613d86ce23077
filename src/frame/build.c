/* frame/build.c: turns the records of threads into zones, marks and frames: reads the words. */
#include "frame/build.h"

#include "capture/record.h"
#include "frame/assemble.h"
#include "frame/track.h"

#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 255 };

struct pp_builder {
    pp_build_shared shared;
    pp_assembler assembler;
    pp_track **tracks;
    size_t track_count, track_capacity;
};

pp_builder *pp_builder_create(const pp_build_source *source)
{
    pp_builder *builder = calloc(1, sizeof *builder);
    if (builder)
        builder->shared.source = *source;
    return builder;
}

void pp_builder_destroy(pp_builder *builder)
{
    if (!builder)
        return;
    for (size_t i = 0; i < builder->track_count; i++)
        pp_track_destroy(builder->tracks[i]);
    free(builder->tracks);
    pp_assembler_free(&builder->assembler);
    free(builder);
}

void pp_builder_set_target(pp_builder *builder, const pp_build_target *target)
{
    builder->shared.target = *target;
}

uint64_t pp_builder_lost(const pp_builder *builder)
{
    return __atomic_load_n(&builder->shared.lost, __ATOMIC_RELAXED);
}

static void read_mark_text(pp_track *track, const uint64_t *payload, size_t count)
{
    char label[LABEL_MAX + 1];
    uint64_t size = payload[0];
    uint64_t room = (count - 1) * sizeof *payload;
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
    };
    return type < sizeof sizes ? sizes[type] : 0;
}

static void read_extended(pp_builder *builder, pp_track *track, const uint64_t *words,
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
        pp_assemble(&builder->assembler, track,
                    &(pp_frame_end_record){payload[0], payload[1], payload[2]});
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
    }
}

static void read_mark(pp_track *track, uint32_t id)
{
    const pp_build_source *source = &track->shared->source;
    const char *label = source->label(source->user, id);
    pp_track_mark(track, label ? label : "?");
}

static void read_words(pp_builder *builder, pp_track *track, const uint64_t *words, size_t count)
{
    size_t size;
    for (size_t at = 0; at < count; at += size) {
        uint64_t word = words[at];
        size = 1 + pp_word_payload(word);
        if (size > count - at)
            return;
        uint64_t ticks = pp_word_ticks(track->now_ticks, word);
        switch (pp_word_kind(word)) {
        case PP_RECORD_BEGIN:
            pp_track_advance(track, ticks);
            pp_track_begin_zone(track, pp_word_id(word));
            break;
        case PP_RECORD_END:
            pp_track_advance(track, ticks);
            pp_track_end_zone(track, pp_word_id(word));
            break;
        case PP_RECORD_MARK:
            pp_track_advance(track, ticks);
            read_mark(track, pp_word_id(word));
            break;
        default:
            read_extended(builder, track, words + at, ticks);
            break;
        }
    }
}

/* The place of a thread among the tracks, one past the last when it is new. */
static size_t find_track(const pp_builder *builder, uint32_t thread)
{
    size_t i = 0;
    while (i < builder->track_count && builder->tracks[i]->thread != thread)
        i++;
    return i;
}

static bool add_track(pp_builder *builder, uint32_t thread)
{
    if (builder->track_count == builder->track_capacity) {
        size_t capacity = builder->track_capacity * 2 + 8;
        pp_track **tracks = realloc(builder->tracks, capacity * sizeof(pp_track *));
        if (!tracks)
            return false;
        builder->tracks = tracks;
        builder->track_capacity = capacity;
    }
    pp_track *track = pp_track_create(&builder->shared, thread);
    if (!track)
        return false;
    builder->tracks[builder->track_count++] = track;
    return true;
}

static void remove_track(pp_builder *builder, size_t index)
{
    pp_track_destroy(builder->tracks[index]);
    builder->tracks[index] = builder->tracks[--builder->track_count];
}

void pp_builder_feed(void *builder_object, const pp_block *block)
{
    pp_builder *builder = builder_object;
    size_t index = find_track(builder, block->thread);
    if (index == builder->track_count) {
        if (block->count == 0)
            return;
        if (!add_track(builder, block->thread)) {
            pp_build_lose(&builder->shared, block->count);
            return;
        }
    }
    pp_track *track = builder->tracks[index];
    if (block->lost > 0)
        pp_track_forget(track);
    if (block->fresh && block->base_ticks > track->now_ticks)
        pp_track_advance(track, block->base_ticks);
    read_words(builder, track, block->words, block->count);
    if (block->last)
        remove_track(builder, index);
}
