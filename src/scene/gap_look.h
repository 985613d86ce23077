/* scene/gap_look.h: the colours of gaps, single and merged. */
#ifndef PP_SCENE_GAP_LOOK_H
#define PP_SCENE_GAP_LOOK_H

#include <paintprof/canvas.h>

/* How strong the colour of a rectangle is, in steps by the number of gaps that it stands for. Only
 * the first has an outline. */
enum { GAP_STEP_SINGLE, GAP_STEP_COUNT = 5 };

int gap_step_of(size_t count);

pp_color gap_box_color(bool up, int step);

/* Of outlines and arrows. */
pp_color gap_line_color(bool up);

#endif
