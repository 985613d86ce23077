/* sink/overlay_graph.h: the bars of the last frames, in a ring image of device pixels.
 *
 * A new frame is one column, written over the oldest; painting puts the image's two pieces in
 * order. Each column is scaled to twice its own frame's budget, so that the budget line stays at
 * half height when a window moves to another screen. */
#ifndef PP_OVERLAY_GRAPH_H
#define PP_OVERLAY_GRAPH_H

#include "sink/overlay_data.h"
#include <paintprof/canvas.h>

typedef struct pp_overlay_graph {
    uint32_t *pixels; /* NULL: none, or no memory for it */
    int width, height;
    int column_w;            /* of one frame */
    int bars_h;              /* from the top: the bars; below them a strip that marks late frames */
    int line_h;              /* of the budget line */
    int head;                /* x of the oldest column, the next to be written */
    uint32_t grouped_phases; /* a bit for each that has no colour of its own */
    uint64_t version;
} pp_overlay_graph;

/* Makes the image that size in device pixels at a ratio, empty. Without memory it is none.
 * Phases with a bit in grouped_phases are drawn in the colour of the table's "+N more". */
void pp_overlay_graph_resize(pp_overlay_graph *graph, int width, int height, double ratio,
                             uint32_t grouped_phases);
void pp_overlay_graph_release(pp_overlay_graph *graph);

/* Adds the column of a frame, and blank ones before it where the program idled. */
void pp_overlay_graph_add(pp_overlay_graph *graph, const pp_overlay_entry *entry);

/* Puts the image on a canvas, oldest column left. */
void pp_overlay_graph_paint(const pp_overlay_graph *graph, pp_canvas *canvas, pp_point at);

/* Device pixels of a frame's column at a ratio. */
int pp_overlay_graph_column_w(double ratio);

#endif
