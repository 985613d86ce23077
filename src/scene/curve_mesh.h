/* scene/curve_mesh.h: the curve as meshes, for canvases that keep them: made for more than is in
 * sight, so that a pan draws what is there already. */
#ifndef PP_SCENE_CURVE_MESH_H
#define PP_SCENE_CURVE_MESH_H

#include <paintprof/canvas.h>
#include <paintprof/chart.h>
#include <paintprof/series.h>
#include <paintprof/view.h>

typedef struct curve_meshes curve_meshes;

/* All that shapes depend on, beside the stretch and the rows. */
typedef struct curve_mesh_look {
    pp_curve_style style;
    bool gathered;           /* per pixel column, not row by row */
    bool smooth;             /* of lines and steps */
    float width_px;          /* of these */
    int least_px;            /* of bars in columns: the least height */
    int aside_px, stroke_px; /* of bars row by row: as in curve_bar_sizes */
} curve_mesh_look;

/* Draws the rows in sight on a canvas that keeps meshes. A pan by fractions of a pixel moves
 * gathered columns by whole ones. False, without memory: nothing is drawn. */
bool curve_mesh_draw(pp_canvas *canvas, const pp_view *view, const pp_series *series,
                     const curve_mesh_look *look);

void curve_meshes_destroy(curve_meshes *meshes);

#endif
