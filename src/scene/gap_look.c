/* scene/gap_look.c: the colours of gaps, single and merged. */
#include "scene/gap_look.h"

#include <paintprof/chart.h>

static const size_t STEP_LEAST[GAP_STEP_COUNT] = {1, 2, 4, 16, 128};
static const pp_color STEP_ALPHA[GAP_STEP_COUNT] = {0x60, 0x70, 0x98, 0xC8, 0xFF};

int gap_step_of(size_t count)
{
    int step = GAP_STEP_COUNT - 1;
    while (step > 0 && count < STEP_LEAST[step])
        step--;
    return step;
}

pp_color gap_line_color(bool up)
{
    return up ? pp_theme_dark.gap_up : pp_theme_dark.gap_down;
}

pp_color gap_box_color(bool up, int step)
{
    return (gap_line_color(up) & 0x00FFFFFF) | STEP_ALPHA[step] << 24;
}
