/* reader/cut.h: what the files that cut a recording share.
 *
 * A first pass finds the frames to keep and what else they need; a second one writes. Both let a
 * builder read along, so that they know what is open at each record exactly as a reader of the
 * result will.
 *
 * A frame's numbers hold what its thread did since the window's frame before, so each kept frame
 * needs the records from there on. Other frames on that way are left out: of an outermost frame
 * that is not kept, only where it begins and ends is written, with a flag (PP_FRAME_LEFT_OUT) that
 * makes it take what belongs to it and tell nobody.
 *
 * A frame's GPU time comes later on its thread. Where nothing else is written there, that one
 * record is, as if no time had passed: it charges nothing to anything, and the frame gets what it
 * got. */
#ifndef PP_READER_CUT_H
#define PP_READER_CUT_H

#include "frame/track.h"
#include "reader/reader.h"
#include "recording/file.h"

/* A word of a thread. */
typedef struct pp_cut_position {
    uint64_t sequence; /* of the chunk */
    uint64_t word;     /* in it */
} pp_cut_position;

static inline bool pp_cut_is_before(pp_cut_position a, pp_cut_position b)
{
    return a.sequence != b.sequence ? a.sequence < b.sequence : a.word < b.word;
}

typedef struct pp_cut_range {
    pp_cut_position from, to; /* up to, not including */
} pp_cut_range;

/* From when to when, in ticks, the records of all threads are kept. */
typedef struct pp_cut_span {
    uint64_t from, to;
} pp_cut_span;

/* What is kept of one thread, and how far it is written. */
typedef struct pp_cut_thread {
    uint32_t number; /* first: threads are found by it */

    /* The first pass: what a frame would need. */
    pp_table windows;          /* what a frame of each needs, see cut_find.c */
    pp_cut_position any;       /* as in there, of what counts to a frame of any window */
    pp_cut_position last_unit; /* the begin of the last outermost frame; at first that of all */
    pp_cut_position unit;      /* that of the one that is open */
    pp_cut_range needed;       /* by the frames kept in it */
    bool unit_counts, unit_is_kept;
    bool unit_is_odd; /* a frame in it became part of another: it has to be written as it is */

    /* What it found: lists in order. */
    pp_cut_range *ranges;
    size_t range_count, range_capacity;
    pp_cut_position *units; /* the begins of outermost frames that are written as they are */
    size_t unit_count, unit_capacity;
    pp_cut_position *ends; /* of kept frames */
    size_t end_count, end_capacity;
    pp_cut_position *gpus; /* the GPU times that they got */
    size_t gpu_count, gpu_capacity;

    /* The second pass: the first of each list that is not done yet, */
    size_t range_at, unit_at, end_at, gpu_at, span_at;
    bool in_range, in_span, in_whole_unit;
    /* and what is open in the output. */
    uint64_t sequence, ticks; /* of its last block and record */
    uint64_t lost;            /* records, just before what is written next */
    bool has_gap;             /* which must not go on from what was written before */
    uint32_t depth, frame_depth, focus;
    uint32_t *zones; /* the sites of depth zones */
} pp_cut_thread;

typedef struct pp_cut {
    pp_reader *reader;
    pp_cut_opts opts;
    uint64_t from_ns, to_ns; /* CLOCK_MONOTONIC */
    pp_builder *builder;
    pp_table threads;
    pp_cut_span *spans; /* in order, apart from each other */
    size_t span_count, span_capacity;
    uint64_t frames; /* kept */
    int status;

    /* The first pass: the frame that the last record ended. */
    bool has_frame, frame_is_kept;
    uint32_t frame_window;

    /* The second pass. */
    pp_rec_file *file;
    uint64_t dropped;
    pp_rec_block block; /* that is being filled */
    uint64_t words[PP_REC_CHUNK_WORDS];
} pp_cut;

/* Notes that memory ran out; returns PP_ENOMEM. */
int pp_cut_out_of_memory(pp_cut *cut);

/* Begins a pass with a builder that has seen nothing; false without memory. */
bool pp_cut_begin_pass(pp_cut *cut);

/* The thread of that number, made when new; NULL without memory. */
pp_cut_thread *pp_cut_find_thread(pp_cut *cut, uint32_t number);

/* Lets the builder read size words of the chunk from at on. Size 0 at 0 comes first of all and
 * tells it what was lost. */
void pp_cut_feed(pp_cut *cut, const pp_reader_chunk *chunk, size_t at, size_t size);

/* The first pass: fills the threads' lists and the spans. */
int pp_cut_find(pp_cut *cut, pp_progress_fn progress, void *user);

/* The second: writes the records. */
int pp_cut_write(pp_cut *cut, pp_progress_fn progress, void *user);

/* Writes all names and facts. */
int pp_cut_write_names(pp_cut *cut);

/* The output of one thread (cut_out.c). Each word goes with the ticks of the record before it. */
void pp_cut_put(pp_cut *cut, pp_cut_thread *thread, const uint64_t *words, size_t count,
                uint64_t ticks);

/* Room for the open zones; false without memory. */
bool pp_cut_reserve_zones(pp_cut *cut, pp_cut_thread *thread);

/* Begins and ends zones so that the output has those open that the track has, at those ticks. */
void pp_cut_match_zones(pp_cut *cut, pp_cut_thread *thread, const pp_track *track, uint64_t ticks);
void pp_cut_close_zones(pp_cut *cut, pp_cut_thread *thread, uint64_t ticks);

/* Makes the track's focus that of the output. */
void pp_cut_match_focus(pp_cut *cut, pp_cut_thread *thread, const pp_track *track, uint64_t ticks);

/* What follows does not go on from what was written so far. */
void pp_cut_break(pp_cut *cut, pp_cut_thread *thread, uint64_t lost);

/* Appends the block that is being filled, if there is anything in it. */
void pp_cut_flush(pp_cut *cut, pp_cut_thread *thread);

#endif
