/* sink/overlay_paint.h: what is on the overlay's panel, and drawing it. */
#ifndef PP_OVERLAY_PAINT_H
#define PP_OVERLAY_PAINT_H

#include "sink/overlay_data.h"
#include "sink/overlay_graph.h"
#include "sink/overlay_layout.h"

enum { PP_OVERLAY_STATE_BYTES = 160 };

/* The panel as it stands between two refreshes; of the GUI thread. */
typedef struct pp_overlay_panel {
    pp_overlay_layout layout;
    pp_overlay_stats stats;
    pp_overlay_graph graph;
    bool frozen;
    char recording[PP_OVERLAY_STATE_BYTES]; /* "" while nothing is recorded */
    char note[PP_OVERLAY_STATE_BYTES];
} pp_overlay_panel;

/* Draws canvas->dirty of the panel, every pixel of it opaque. */
void pp_overlay_panel_paint(const pp_overlay_panel *panel, pp_canvas *canvas);

#endif
