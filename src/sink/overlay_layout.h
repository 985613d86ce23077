/* sink/overlay_layout.h: where things stand on the overlay's panel, in device pixels. */
#ifndef PP_OVERLAY_LAYOUT_H
#define PP_OVERLAY_LAYOUT_H

#include <paintprof/canvas.h>
#include <paintprof/overlay.h>

/* What the panel's size depends on. */
typedef struct pp_overlay_shape {
    pp_overlay_page page;
    double ratio;
    unsigned table_rows; /* of full: with the user phases */
    bool dropped, note;  /* these lines are there */
    bool badge;          /* recording or frozen */
} pp_overlay_shape;

typedef struct pp_overlay_layout {
    pp_overlay_shape shape;
    int width, height;
    int pad;
    int text_px, head_px; /* sizes of the fonts */
    int row_h, table_row_h;
    int line;      /* of one logical pixel */
    int swatch;    /* its side */
    int indent;    /* from a swatch to its name */
    pp_rect head;  /* the first line, or all of mini */
    pp_rect graph; /* w is 0 where there is none */
    pp_rect axis;  /* the labels beside the graph */
    pp_rect table; /* heading and rows */
    pp_rect lines; /* sentences below the table */
    pp_rect foot;  /* h is 0 where it has nothing to say */
} pp_overlay_layout;

void pp_overlay_layout_make(pp_overlay_layout *layout, const pp_overlay_shape *shape);

bool pp_overlay_shape_equal(const pp_overlay_shape *a, const pp_overlay_shape *b);

#endif
