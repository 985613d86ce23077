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

/* The longest prefix of at most limit bytes that does not cut a UTF-8 sequence. text has more. */
size_t pp_whole_utf8(const char *text, size_t limit);

/* The site of an object by its name and kind, and the id of a text as a label; NULL and 0 without
 * memory or when there are too many. Any thread, under a lock. */
pp_site *pp_site_of_object(const char *name, const char *kind);
uint16_t pp_label_of_text(const char *text);

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
