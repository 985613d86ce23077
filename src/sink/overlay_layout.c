/* sink/overlay_layout.c: where things stand on the overlay's panel, in device pixels. */
#include "sink/overlay_layout.h"
#include "sink/overlay_data.h"
#include "sink/overlay_graph.h"
#include <string.h>

/* Logical pixels. A cell of the text font is 7 of them wide at most. What places the graph is even,
 * so that at ratio 1.5 too its edges are edges of logical pixels, in which toolkits repaint. */
enum {
    TEXT = 11,
    HEAD = 16,
    ROW = 14,
    PAD = 10,
    GAP = 6,
    FULL_W = 308, /* a frame that repaints all of the host repaints the panel too: pixels count */
    ITEMS_W = 376,
    HEAD_H = 23,
    GRAPH_H = 64,
    AXIS_W = 42,
    MINI_W = 452,
    MINI_H = 26,
    MINI_GRAPH_W = 60,
    BADGE_W = 14,
    SWATCH = 8,
    INDENT = 14,
    FULL_LINES = 3 /* late, worst, cause */
};

static int px(const pp_overlay_layout *layout, double logical)
{
    return (int)(logical * layout->shape.ratio + 0.5);
}

/* Cuts a band of that height off the top of what is left, then a gap. */
static pp_rect take_band(const pp_overlay_layout *layout, int *y, int height, int gap)
{
    pp_rect band = {layout->pad, *y, layout->width - 2 * layout->pad, height};
    *y += height + gap;
    return band;
}

/* A graph is as wide as whole columns fit, and ends at the right edge of its place. */
static pp_rect graph_rect(const pp_overlay_layout *layout, pp_rect place)
{
    int rest = place.w % pp_overlay_graph_column_w(layout->shape.ratio);
    return (pp_rect){place.x + rest, place.y, place.w - rest, place.h};
}

static void lay_mini(pp_overlay_layout *layout)
{
    layout->width = px(layout, MINI_W + (layout->shape.badge ? BADGE_W : 0));
    layout->height = px(layout, MINI_H);
    layout->head = (pp_rect){
        layout->pad, 0, layout->width - 2 * layout->pad - px(layout, MINI_GRAPH_W), layout->height};
    pp_rect place = {layout->width - layout->pad - px(layout, MINI_GRAPH_W), px(layout, 4),
                     px(layout, MINI_GRAPH_W), layout->height - 2 * px(layout, 4)};
    layout->graph = graph_rect(layout, place);
}

/* The last line, which is there only while it has something to say. */
static void lay_foot(pp_overlay_layout *layout, int *y, int gap)
{
    int height = layout->shape.badge ? layout->row_h : 0;
    layout->foot = take_band(layout, y, height, height > 0 ? gap : gap / 2);
    layout->height = *y;
}

static void lay_full(pp_overlay_layout *layout)
{
    int y = px(layout, GAP);
    int gap = px(layout, GAP);
    int lines = FULL_LINES + layout->shape.dropped + layout->shape.note;
    layout->width = px(layout, FULL_W);
    layout->head = take_band(layout, &y, px(layout, HEAD_H), gap / 2);
    pp_rect band = take_band(layout, &y, px(layout, GRAPH_H), gap);
    layout->axis =
        (pp_rect){band.x + band.w - px(layout, AXIS_W), band.y, px(layout, AXIS_W), band.h};
    band.w -= layout->axis.w;
    layout->graph = graph_rect(layout, band);
    layout->table =
        take_band(layout, &y, layout->table_row_h * (int)(layout->shape.table_rows + 1), gap);
    layout->lines = take_band(layout, &y, layout->row_h * lines, gap / 2);
    lay_foot(layout, &y, gap);
}

static void lay_items(pp_overlay_layout *layout)
{
    int y = px(layout, GAP);
    int gap = px(layout, GAP);
    layout->width = px(layout, ITEMS_W);
    layout->head = take_band(layout, &y, px(layout, HEAD_H), gap / 2);
    layout->table_row_h = px(layout, ROW + 2); /* room for the bar below a name */
    layout->table = take_band(layout, &y, layout->table_row_h * (PP_OVERLAY_ITEM_ROWS + 1), gap);
    int lines = layout->shape.dropped + layout->shape.note;
    layout->lines = take_band(layout, &y, layout->row_h * lines, lines > 0 ? gap / 2 : 0);
    lay_foot(layout, &y, gap);
}

void pp_overlay_layout_make(pp_overlay_layout *layout, const pp_overlay_shape *shape)
{
    memset(layout, 0, sizeof *layout);
    layout->shape = *shape;
    layout->pad = px(layout, PAD);
    layout->text_px = px(layout, TEXT);
    layout->head_px = px(layout, HEAD);
    layout->row_h = layout->table_row_h = px(layout, ROW);
    layout->line = px(layout, 1) > 0 ? px(layout, 1) : 1;
    layout->swatch = px(layout, SWATCH);
    layout->indent = px(layout, INDENT);
    if (shape->page == PP_OVERLAY_MINI)
        lay_mini(layout);
    else if (shape->page == PP_OVERLAY_FULL)
        lay_full(layout);
    else if (shape->page == PP_OVERLAY_ITEMS)
        lay_items(layout);
}

bool pp_overlay_shape_equal(const pp_overlay_shape *a, const pp_overlay_shape *b)
{
    return a->page == b->page && a->ratio == b->ratio && a->table_rows == b->table_rows &&
           a->dropped == b->dropped && a->note == b->note && a->badge == b->badge;
}
