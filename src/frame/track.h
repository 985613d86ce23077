/* frame/track.h: one thread of a builder: its open zones and frames, and what is charged now.
 *
 * Time is charged by a sweep: at every record, the ticks since the record before go to the
 * innermost open zone or, in a frame outside zones, to the frame itself. So no tick is counted
 * twice, whatever begins or ends across what. */
#ifndef PP_TRACK_H
#define PP_TRACK_H

#include "frame/build.h"
#include "frame/tally.h"

enum {
    PP_TRACK_GAPS = 256,  /* of a frame, remembered for its flush; a power of two */
    PP_TRACK_PENDING = 8, /* windows for whose next frame a thread may collect at once */
};

typedef struct pp_open_zone {
    const pp_site_info *info;
    uint64_t start_ticks, mark_ticks, self_ticks;
    uint64_t total_from_ticks; /* since when its time is not in a tally's total yet */
    uint32_t id, slot, phase;
    bool outermost; /* of its site on this thread: the one whose time makes the site's total */
} pp_open_zone;

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
} pp_build_shared;

static inline void pp_build_lose(pp_build_shared *shared, uint64_t count)
{
    __atomic_store_n(&shared->lost, shared->lost + count, __ATOMIC_RELAXED);
}

typedef struct pp_track {
    pp_build_shared *shared;
    uint32_t thread;
    uint32_t focus;
    uint64_t now_ticks; /* of the last record */
    pp_tally *tally;    /* charged now: the innermost frame's, or a pending one */
    pp_open_zone *zones;
    uint32_t depth, zone_capacity;
    uint32_t deep; /* open zones beyond PP_ZONE_DEPTH_MAX */
    uint32_t id_capacity;
    uint16_t *open_of_id; /* open zones per site */
    pp_open_frame *frames[PP_FRAME_DEPTH_MAX];
    uint32_t frame_depth;
    uint32_t next_victim;
    pp_pending pending[PP_TRACK_PENDING]; /* the first is for any window */
} pp_track;

/* A track that has seen nothing; NULL without memory. */
pp_track *pp_track_create(pp_build_shared *shared, uint32_t thread);
void pp_track_destroy(pp_track *track);

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

void pp_track_begin_zone(pp_track *track, uint32_t id);
void pp_track_end_zone(pp_track *track, uint32_t id);
void pp_track_mark(pp_track *track, const char *label);
void pp_track_pixels(pp_track *track, uint64_t pixels);
void pp_track_focus(pp_track *track, uint32_t window);

void pp_track_begin_frame(pp_track *track, uint32_t window, uint64_t asked_ticks,
                          uint64_t budget_ns);

/* The innermost open frame of window, now the innermost of all: frames left open in it become
 * part of it. NULL if there is none. */
pp_open_frame *pp_track_find_frame(pp_track *track, uint32_t window);

/* Ends the innermost frame: what follows is charged to what encloses it. Its tally is kept until
 * the next frame begins. */
void pp_track_leave_frame(pp_track *track);

#endif
