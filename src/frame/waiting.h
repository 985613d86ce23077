/* frame/waiting.h: frames of one thread that have ended and wait for their GPU time.
 *
 * Frames are delivered in the order in which they ended, so one that waits holds back those behind
 * it. How long it waits is decided by the records of its thread alone, by no clock and no drain: a
 * recording gives the frames that the running program gave. A thread without GPU times has none of
 * this. */
#ifndef PP_WAITING_H
#define PP_WAITING_H

#include "frame/assemble.h"

enum {
    PP_WAITING_FURTHER = 4, /* frames of its window that end while one waits */
    PP_WAITING_MAX = 32,    /* frames that wait at once: when one more ends, the first is let go */
};

typedef struct pp_waiting pp_waiting;

void pp_waiting_free(pp_waiting *waiting);

/* The memory that it holds. */
size_t pp_waiting_bytes(const pp_waiting *waiting);

/* Takes a frame that has ended, and its painters; delivers it and others that need not wait. Its
 * GPU time will come with the token; 0: it has none. */
void pp_waiting_add(pp_assembler *assembler, pp_track *track, const pp_frame *frame,
                    uint64_t token);

/* Takes a GPU time (PP_GPU_NOT_MEASURED: there will be none), and delivers what need not wait any
 * more. Token 0: of no frame of the window there will be one. */
void pp_waiting_take(pp_assembler *assembler, pp_track *track, uint32_t window, uint64_t token,
                     uint64_t gpu_ns);

/* Whether a frame waits for that. */
bool pp_waiting_has(const pp_track *track, uint32_t window, uint64_t token);

/* Delivers all without what they wait for. */
void pp_waiting_give_up(pp_assembler *assembler, pp_track *track);

/* Shows all without that, numbered from the one after number; the number of the last. */
uint64_t pp_waiting_visit(const pp_track *track, uint64_t number,
                          void (*visit)(void *user, const pp_frame *frame), void *user);

#endif
