/* reader/cut_out.c: writes the records that a cut keeps, thread by thread.
 *
 * A block is filled with one thread's words and appended before another thread's: memory does not
 * grow with the number of threads. */
#include "capture/record.h"
#include "reader/cut.h"

#include <stdlib.h>
#include <string.h>

void pp_cut_flush(pp_cut *cut, pp_cut_thread *thread)
{
    pp_rec_block *block = &cut->block;
    if (block->words == 0 || cut->status != PP_OK)
        return;
    /* A number left out says that records are missing. */
    thread->sequence += thread->has_gap && thread->sequence > 0 ? 2 : 1;
    block->kind = PP_REC_DATA;
    block->thread = thread->number;
    block->sequence = thread->sequence;
    block->lost_before = thread->lost;
    cut->dropped += thread->lost;
    cut->status = pp_rec_file_append(cut->file, block, cut->words);
    *block = (pp_rec_block){0};
    thread->has_gap = false;
    thread->lost = 0;
}

void pp_cut_put(pp_cut *cut, pp_cut_thread *thread, const uint64_t *words, size_t count,
                uint64_t ticks)
{
    pp_rec_block *block = &cut->block;
    /* Within a block, ticks are told apart by 46 bits of them. */
    bool is_far = ticks - thread->ticks > PP_TICK_MASK / 4;
    if (block->words + count > PP_REC_CHUNK_WORDS || (block->words > 0 && is_far))
        pp_cut_flush(cut, thread);
    if (block->words == 0)
        block->base_ticks = ticks;
    memcpy(cut->words + block->words, words, count * sizeof *words);
    block->words += (uint32_t)count;
    block->records += pp_word_is_counted(words[0]);
    thread->ticks = ticks;
}

/* Puts a record of the cut's own. */
static void put_own(pp_cut *cut, pp_cut_thread *thread, uint32_t id, unsigned kind, uint64_t ticks)
{
    uint64_t low = (uint64_t)id << PP_RECORD_KIND_BITS | kind;
    uint64_t word = ticks << PP_RECORD_TICK_SHIFT | low;
    pp_cut_put(cut, thread, &word, 1, ticks);
}

bool pp_cut_reserve_zones(pp_cut *cut, pp_cut_thread *thread)
{
    if (!thread->zones)
        thread->zones = calloc(PP_ZONE_DEPTH_MAX, sizeof *thread->zones);
    return thread->zones || pp_cut_out_of_memory(cut) == PP_OK;
}

static void close_down_to(pp_cut *cut, pp_cut_thread *thread, uint32_t depth, uint64_t ticks)
{
    while (thread->depth > depth)
        put_own(cut, thread, thread->zones[--thread->depth], PP_RECORD_END, ticks);
}

void pp_cut_close_zones(pp_cut *cut, pp_cut_thread *thread, uint64_t ticks)
{
    close_down_to(cut, thread, 0, ticks);
}

void pp_cut_match_zones(pp_cut *cut, pp_cut_thread *thread, const pp_track *track, uint64_t ticks)
{
    uint32_t open = pp_track_depth(track), same = 0;
    if (open > 0 && !pp_cut_reserve_zones(cut, thread))
        return;
    while (same < open && same < thread->depth && thread->zones[same] == track->zones[same + 1].id)
        same++;
    close_down_to(cut, thread, same, ticks);
    while (thread->depth < open) {
        uint32_t id = track->zones[thread->depth + 1].id;
        thread->zones[thread->depth++] = id;
        put_own(cut, thread, id, PP_RECORD_BEGIN, ticks);
    }
}

void pp_cut_match_focus(pp_cut *cut, pp_cut_thread *thread, const pp_track *track, uint64_t ticks)
{
    if (thread->focus == track->focus)
        return;
    uint32_t id = 1u << 8 | PP_EXT_FOCUS;
    uint64_t low = (uint64_t)id << PP_RECORD_KIND_BITS | PP_RECORD_EXTENDED;
    const uint64_t words[2] = {ticks << PP_RECORD_TICK_SHIFT | low, track->focus};
    pp_cut_put(cut, thread, words, 2, ticks);
    thread->focus = track->focus;
}

void pp_cut_break(pp_cut *cut, pp_cut_thread *thread, uint64_t lost)
{
    pp_cut_flush(cut, thread);
    thread->has_gap = true;
    thread->lost += lost;
    thread->depth = thread->frame_depth = 0;
}
