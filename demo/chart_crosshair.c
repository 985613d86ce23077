/* demo/chart_crosshair.c: what follows the cursor, the crosshair and the tag over gaps. It floats:
 * a move of the mouse paints nothing else. */
#include "chart_annotate.h"
#include "chart_app.h"

#include <math.h>

/* The help is read in peace, and a drag looks at the data. */
static bool is_shown(const chart_state *chart)
{
    return chart->pointer.inside && !chart->pointer.dragging && !chart->help_shown;
}

static int cursor_x(const chart_state *chart)
{
    return (int)floor(chart->pointer.x_px);
}

static int cursor_y(const chart_state *chart)
{
    return (int)floor(chart->pointer.y_px);
}

/* The gaps of which one is under the cursor: annotations lie above the chart's own. */
static const pp_gaps *pointed_at(const chart_state *chart, int x, int y)
{
    const pp_gaps *annotated = chart_annotate_gaps(chart->annotations);
    if (annotated && pp_gaps_at(annotated, &chart->view, chart->ratio, x, y) != SIZE_MAX)
        return annotated;
    return &chart->gaps.specs;
}

void chart_crosshair_paint(void *surface, void *user)
{
    const chart_state *chart = user;
    if (!is_shown(chart))
        return;
    int x = cursor_x(chart), y = cursor_y(chart);
    pp_chart_draw_crosshair(surface, &chart->view, chart->series, x, y);
    pp_gaps_draw_tag(surface, &chart->view, pointed_at(chart, x, y), x, y);
}

void chart_crosshair_place(chart_state *chart)
{
    if (chart->crosshair.item == NULL)
        return;
    PP_ZONE(zone, "Crosshair.place()", PP_PHASE_OTHER);
    pp_rect area[PP_CROSSHAIR_RECTS_MAX + 1];
    size_t count = 0;
    if (is_shown(chart)) {
        pp_canvas *canvas = ppq_view_measuring_canvas(chart->canvas);
        int x = cursor_x(chart), y = cursor_y(chart);
        count = pp_chart_crosshair_area(canvas, &chart->view, chart->series, x, y, area);
        if (pp_gaps_tag_area(canvas, &chart->view, pointed_at(chart, x, y), x, y, &area[count]))
            count++;
    }
    ppq_item_set_area(chart->crosshair.item, area, count);
    PP_END(zone);
}
