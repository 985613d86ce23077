/* capture/capture.h: what the frame room needs of capture: start, stop, drain, names. */
#ifndef PP_CAPTURE_H
#define PP_CAPTURE_H

#include <paintprof/frame.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole records of one thread, in order. */
typedef struct pp_block {
    uint32_t thread; /* number, 1 for the first of the process */
    bool fresh;      /* begins a chunk: base_ticks are its full ticks */
    bool last;       /* the thread is gone and this is its end (count may be 0) */
    uint64_t lost;   /* records lost just before this block: open zones are unknown */
    uint64_t base_ticks;
    const uint64_t *words;
    size_t count;
} pp_block;

typedef void (*pp_block_fn)(void *user, const pp_block *block);

/* What a session wants of the capture. */
typedef struct pp_capture_session {
    uint64_t buffer_bytes;            /* the most that stays undrained */
    void (*frame_ended)(void *user);  /* at the end of each frame, on its thread, inside a zone that
                                         charges its time to overlay */
    void (*drain_wanted)(void *user); /* threads have filled a quarter; on the helper thread */
    void *user;
} pp_capture_session;

/* Starts capture for a session: sites that the gate lets through begin to record. What was recorded
 * before (by a recording) is not drained. 0, PP_EBUSY, PP_ENOMEM. */
int pp_capture_start(const pp_capture_session *session);

/* The session ends; what was not drained is gone for it. The callbacks may still be running. */
void pp_capture_stop(void);

/* Ends the helper thread if nothing is captured any more. Not under a lock that callbacks take. */
void pp_helper_reap(void);

/* Passes everything published since the last drain to visit. One caller at a time. */
void pp_capture_drain(pp_block_fn visit, void *user);

/* Zones and marks lost since the session began, all threads. */
uint64_t pp_capture_dropped(void);

/* What an id of a record means; NULL for one never given. Immortal. */
const pp_site_info *pp_capture_site(uint32_t id);
const char *pp_capture_label(uint32_t id);

/* The title and renderer of a window number, copied into the caller's buffers; false if unknown. */
bool pp_window_describe(uint32_t number, char *title, size_t title_capacity, char *renderer,
                        size_t renderer_capacity);
uint32_t pp_window_last_number(void);

#endif
