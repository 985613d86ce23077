/* frame/jank.h: whether a frame was late, and what made it so. */
#ifndef PP_JANK_H
#define PP_JANK_H

#include <paintprof/frame.h>

/* The class of frame, of which everything else is filled in. The GUI thread's own time is looked
 * at first, then the GPU's, then how late the frame began: the first that exceeds the budget
 * names it. */
pp_jank pp_jank_of(const pp_frame *frame);

#endif
