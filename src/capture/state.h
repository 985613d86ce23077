/* capture/state.h: what the files of this room share; nobody else includes it. */
#ifndef PP_CAPTURE_STATE_H
#define PP_CAPTURE_STATE_H

#include "capture/capture.h"
#include "capture/record.h"

#include <paintprof/zone.h>
#include <stdbool.h>
#include <stdint.h>

/* The number of the running capture, 0 while none runs. One relaxed load. */
uint32_t pp_capture_generation(void);

/* Room for count words at the calling thread's cursor; NULL when nothing is recorded (then the
 * loss is counted, if a capture runs; is_counted: of a zone or mark). pp_words_publish() makes them
 * visible. */
uint64_t *pp_words_reserve(size_t count, bool is_counted);
void pp_words_publish(uint64_t *words, uint64_t header, size_t count);

/* Writes an extended record on the calling thread. At most 255 payload words. */
void pp_write_extended(enum pp_extended type, const uint64_t *payload, size_t count);

/* Sets every site's word from gate, filter and capture. */
void pp_sites_refresh(void);

/* A zone that belongs to overlay, at a site of the library's own. */
pp_zone pp_overhead_begin(void);

/* Called at the end of a frame that took frame_ticks. */
void pp_capture_frame_ended(uint64_t frame_ticks);

/* Starts the recording that the environment asks for, once; true while anything is captured. For
 * the first zone or frame of a program. */
bool pp_capture_awake(void);

/* Fork: locks of the room, held around it and made anew in the child. */
void pp_sites_before_fork(void);
void pp_sites_after_fork(bool in_child);

#endif
