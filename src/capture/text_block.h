/* capture/text_block.h: the text of the profilers that are open on a thread. */
#ifndef PP_CAPTURE_TEXT_BLOCK_H
#define PP_CAPTURE_TEXT_BLOCK_H

#include <paintprof/profiler.h>
#include <stdint.h>

/* Opens a block inside the innermost open one; its serial, 0 without memory. */
uint64_t pp_text_block_begin(const char *name, double ms_threshold, bool immediate);
void pp_text_block_mark(uint64_t serial, const char *label);

/* Ends a block, and before it those left open inside. */
void pp_text_block_end(uint64_t serial);

/* The innermost open block of this thread, 0 if none; ends all that are inside of it. */
uint64_t pp_text_block_innermost(void);
void pp_text_block_unwind(uint64_t serial);

#endif
