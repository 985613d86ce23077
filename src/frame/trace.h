/* frame/trace.h: what one thread's records say of traces: spans that are open, frames that show
 * one.
 */
#ifndef PP_FRAME_TRACE_H
#define PP_FRAME_TRACE_H

#include "frame/track.h"

/* Takes a record of a trace on a thread; another type, or one too short, does nothing. */
void pp_track_read_trace(pp_track *track, unsigned type, const uint64_t *payload, size_t count);

/* The span that the zone is which has just ended and stood at depth; NULL if it is none. Valid
 * until the next record. */
const pp_span *pp_track_take_span(pp_track_traces *traces, uint64_t start_ticks, uint32_t depth);

/* Tells of the traces that a finished frame of the thread shows. */
void pp_track_show_traces(pp_track *track, const pp_frame *frame);

/* Records are missing here: nothing is known to be open any more. */
void pp_track_forget_spans(pp_track *track);

size_t pp_track_trace_bytes(const pp_track *track);

#endif
