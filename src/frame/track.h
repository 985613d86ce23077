/* frame/track.h: one thread of a builder: its open zones and frames, and what is charged now.
 *
 * Time is charged by a sweep: at every record, the ticks since the record before go to the
 * innermost open zone or, in a frame outside zones, to the frame itself. So no tick is counted
 * twice, whatever begins or ends across what. A zone collects its own ticks and hands them to the
 * tally when it ends or when another tally is charged, since that costs less than every record. */
#ifndef PP_TRACK_H
#define PP_TRACK_H

#include "frame/build.h"
#include "frame/tally.h"

#include <paintprof/cause.h>

enum {
    PP_TRACK_GAPS = 256,  /* of a frame, remembered for its flush; a power of two */
    PP_TRACK_PENDING = 8, /* windows for whose next frame a thread may collect at once */
};

/* One cache line. */
typedef struct pp_open_zone {
    const pp_site_info *info;
    uint64_t start_ticks, mark_ticks;
    uint64_t self_ticks;       /* its own so far, */
    uint64_t charged_ticks;    /* of which these are in a tally */
    uint64_t total_from_ticks; /* since when its time is not in a tally's total yet */
    uint32_t id, slot;
    uint16_t phase;
    bool outermost; /* of its site on this thread: the one whose time makes the site's total */
    bool has_notes; /* in the track's notes, at its depth */
} pp_open_zone;

typedef struct pp_cause_note {
    pp_cause cause;
    uint64_t count;
} pp_cause_note;

enum { PP_NOTE_CAUSES = 8 }; /* of one zone; the last takes what comes beyond, as not known */

/* What is known of an open zone beside its time; kept only if the target wants it. */
typedef struct pp_zone_notes {
    uint64_t pixels, sampled, unchanged, covered;
    uint32_t object, cause_count;
    pp_cause_note causes[PP_NOTE_CAUSES];
} pp_zone_notes;

/* The id of what lies below the outermost zone. */
#define PP_NO_ZONE UINT32_MAX

/* Time in a frame outside all zones. */
typedef struct pp_gap {
    uint64_t start_ticks, end_ticks;
} pp_gap;

typedef struct pp_open_frame {
    uint64_t start_ticks, asked_ticks, budget_ns;
    uint32_t window;
    uint32_t gap_count; /* the last PP_TRACK_GAPS of them are in gaps */
    pp_gap gaps[PP_TRACK_GAPS];
    pp_tally tally;
} pp_open_frame;

/* What was charged outside frames and waits for the next frame of window. */
typedef struct pp_pending {
    uint32_t window; /* 0: any */
    bool used;
    pp_tally tally;
} pp_pending;

/* What the threads of a builder share. */
typedef struct pp_build_shared {
    pp_build_source source;
    pp_build_target target;
    uint64_t lost; /* one writer; read from any thread */
    uint64_t zones, marks, frames;
    bool keeps_totals;
    pp_tally totals; /* of what was delivered, cancelled, forgotten or has ended */
} pp_build_shared;

static inline void pp_build_lose(pp_build_shared *shared, uint64_t count)
{
    __atomic_store_n(&shared->lost, shared->lost + count, __ATOMIC_RELAXED);
}

/* Keeps what was charged to a tally before it is cleared or left. */
static inline void pp_build_keep(pp_build_shared *shared, const pp_tally *tally)
{
    if (shared->keeps_totals)
        pp_tally_add(&shared->totals, tally);
}

/* What its records say of traces (frame/trace.c). */
typedef struct pp_track_traces pp_track_traces;

typedef struct pp_track {
    uint32_t thread; /* first: tracks are found by it */
    uint32_t focus;
    pp_build_shared *shared;
    uint64_t now_ticks; /* of the last record */
    pp_tally *tally;    /* charged now: the innermost frame's, or a pending one */
    pp_open_zone *zones, *top, *zones_end; /* the innermost is *top; *zones stands for none */
    uint16_t *open_of_id;                  /* open zones per site */
    uint32_t id_capacity;
    uint32_t deep;        /* open zones beyond PP_ZONE_DEPTH_MAX */
    pp_zone_notes *notes; /* of zones[1] on, valid where has_notes */
    uint32_t note_capacity;
    uint32_t frame_depth;
    uint32_t next_victim;
    pp_open_frame *frames[PP_FRAME_DEPTH_MAX];
    pp_pending any;                 /* for a frame of any window */
    pp_pending *others;             /* PP_TRACK_PENDING - 1, made when one is needed */
    struct pp_waiting *waiting;     /* frames whose GPU time is to come; NULL: never were any */
    pp_track_traces *traces;        /* frame/trace.h; NULL until a record is of a trace */
    struct pp_track *older, *newer; /* by when they were fed */
    size_t bytes;                   /* as the builder counted it */
} pp_track;

static inline uint32_t pp_track_depth(const pp_track *track)
{
    return (uint32_t)(track->top - track->zones);
}

/* A track that has seen nothing; NULL without memory. */
pp_track *pp_track_create(pp_build_shared *shared, uint32_t thread);

/* Ends it: what it was charged for goes to the totals. */
void pp_track_destroy(pp_track *track);

/* The memory that it holds. */
size_t pp_track_bytes(const pp_track *track);

/* Forgets open zones and half-built frames: records are missing here. */
void pp_track_forget(pp_track *track);

/* Charges the time up to ticks. First step of every record. */
void pp_track_advance(pp_track *track, uint64_t ticks);

/* Charges another tally from now on; open zones are split here. */
void pp_track_charge_to(pp_track *track, pp_tally *tally);

/* The tally that waits for the next frame of window, made when new. */
pp_tally *pp_track_pending(pp_track *track, uint32_t window);

/* Adds what waits for window to tally and forgets it. */
void pp_track_take_pending(pp_track *track, uint32_t window, pp_tally *tally);

/* Begins a zone where something has to be made first. */
void pp_track_begin_new_zone(pp_track *track, uint32_t id);

/* Ends the zone of that site which is not the innermost one, or was never kept. */
void pp_track_end_other_zone(pp_track *track, uint32_t id);

void pp_track_mark(pp_track *track, const char *label);
void pp_track_pixels(pp_track *track, uint64_t pixels);
void pp_track_focus(pp_track *track, uint32_t window);

/* Reads a record of paintprof/cause.h: a type from PP_EXT_OBJECT to PP_EXT_PAINT, with the payload
 * that it has at least; pixels go by the next one. */
void pp_track_note(pp_track *track, unsigned type, const uint64_t *payload, size_t count);
void pp_track_note_pixels(pp_track *track, uint64_t pixels);

void pp_track_begin_frame(pp_track *track, uint32_t window, uint64_t asked_ticks,
                          uint64_t budget_ns);

/* The innermost open frame of window, now the innermost of all: frames left open in it become
 * part of it. NULL if there is none. */
pp_open_frame *pp_track_find_frame(pp_track *track, uint32_t window);

/* Ends the innermost frame: what follows is charged to what encloses it. Its tally is kept until
 * the next frame begins. */
void pp_track_leave_frame(pp_track *track);

/* ---- The hot part: what every record does --------------------------------------------------- */

/* Notes time of the innermost frame outside zones; pieces that touch become one. */
static inline void pp_track_note_gap(pp_open_frame *frame, uint64_t start_ticks, uint64_t end_ticks)
{
    pp_gap *last = &frame->gaps[(frame->gap_count - 1) % PP_TRACK_GAPS];
    if (frame->gap_count > 0 && last->end_ticks == start_ticks) {
        last->end_ticks = end_ticks;
        return;
    }
    frame->gaps[frame->gap_count++ % PP_TRACK_GAPS] = (pp_gap){start_ticks, end_ticks};
}

/* Charges the time from the last record up to ticks to *top, the innermost zone. */
static inline void pp_track_charge(pp_track *track, pp_open_zone *top, uint64_t from_ticks,
                                   uint64_t ticks)
{
    top->self_ticks += ticks - from_ticks;
    if (top == track->zones && track->frame_depth > 0 && ticks > from_ticks) {
        track->tally->phase_ticks[PP_PHASE_OTHER] += ticks - from_ticks;
        pp_track_note_gap(track->frames[track->frame_depth - 1], from_ticks, ticks);
    }
}

/* Hands the zone's time so far to the tally. */
static inline void pp_track_settle(pp_tally *tally, pp_open_zone *zone, uint64_t now_ticks)
{
    uint64_t self_ticks = zone->self_ticks - zone->charged_ticks;
    pp_tally_site *site = &tally->sites[zone->slot];
    tally->phase_ticks[zone->phase] += self_ticks;
    site->self_ticks += self_ticks;
    site->total_ticks += zone->outermost ? now_ticks - zone->total_from_ticks : 0;
}

/* Ends the innermost zone but for telling it. */
static inline void pp_track_close(pp_track *track, pp_open_zone *zone, uint64_t now_ticks)
{
    pp_tally *tally = track->tally;
    pp_track_settle(tally, zone, now_ticks);
    pp_tally_site *site = &tally->sites[zone->slot];
    uint64_t length_ticks = now_ticks - zone->start_ticks;
    if (site->max_ticks < length_ticks)
        site->max_ticks = length_ticks;
    track->open_of_id[zone->id]--;
}

/* Begins a zone in *zone, in the given place of the tally. */
static inline void pp_track_open(pp_track *track, pp_open_zone *zone, uint32_t id, uint32_t slot,
                                 uint64_t now_ticks)
{
    pp_tally_site *site = &track->tally->sites[slot];
    site->count++;
    *zone = (pp_open_zone){
        .info = site->info,
        .start_ticks = now_ticks,
        .mark_ticks = now_ticks,
        .total_from_ticks = now_ticks,
        .id = id,
        .slot = slot,
        .phase = (uint16_t)site->phase,
        .outermost = track->open_of_id[id]++ == 0,
    };
}

/* Tells the target of a zone that ends now, at the depth that the track has then. */
void pp_track_tell_zone(const pp_track *track, const pp_open_zone *zone, uint64_t now_ticks);

/* The same of what was noted of it. */
void pp_track_tell_paint(const pp_track *track, const pp_open_zone *zone, uint64_t now_ticks);

#endif
