/* scene/mesh.h: what producers of meshes share: shapes in a growing array, and the stretch of the
 * data that they were made for.
 *
 * A stretch is wider than the view that it was made for. Its plane counts x in whole device pixels
 * from that view's left edge, so that it holds for one zoom in time only, and y in prices down from
 * one of that view, so that it holds for any range of prices. */
#ifndef PP_SCENE_MESH_H
#define PP_SCENE_MESH_H

#include <paintprof/canvas.h>
#include <paintprof/view.h>

/* ---- Shapes --------------------------------------------------------------------------------- */

/* Zeroed is empty. */
typedef struct mesh_shapes {
    pp_mesh mesh; /* all but the arrays, which mesh_draw() fills in */
    pp_mesh_shape *items;
    size_t size, capacity;
    bool is_short_of_memory; /* some shape could not be added since mesh_restart() */
} mesh_shapes;

void mesh_release(mesh_shapes *shapes);

/* Forgets the shapes from index on; those before stay as an implementation may hold them. */
void mesh_restart(mesh_shapes *shapes, size_t index);

void mesh_add(mesh_shapes *shapes, pp_mesh_shape shape);

/* Draws the items [first, end). */
void mesh_draw(pp_canvas *canvas, const mesh_shapes *shapes, const pp_plane *plane, size_t first,
               size_t end);

/* ---- Stretches ------------------------------------------------------------------------------ */

typedef struct mesh_stretch {
    double x0, scale; /* left edge of the view it was made for, and its pixels per unit */
    double price;     /* at the plane's zero */
    int width_px, height_px;
    int reach_px; /* beyond the view, to both sides */
} mesh_stretch;

/* Sets the stretch for a view. Where the present one is of the same zoom, the view is being panned:
 * then it reaches one width to both sides, else, as zooms come in rows, only a little. */
void mesh_stretch_set(mesh_stretch *stretch, const pp_view *view);

/* The view of all of it, whose pixels are the plane's. */
pp_view mesh_stretch_view(const mesh_stretch *stretch);

bool mesh_stretch_same_zoom(const mesh_stretch *stretch, const pp_view *view);

/* Whether it holds all of the view and margin_px more, near enough to be exact. */
bool mesh_stretch_covers(const mesh_stretch *stretch, const pp_view *view, int margin_px);

/* Where the plane lies in a view; whole: moved by whole pixels, as fits what was gathered in them.
 */
pp_plane mesh_stretch_plane(const mesh_stretch *stretch, const pp_view *view, bool whole);

/* A value of the plane. */
static inline float mesh_value(double value)
{
    const double most = 1e30; /* a float holds it, and times a scale it is still far outside */
    return (float)(value > most ? most : value < -most ? -most : value);
}

static inline float mesh_price(const mesh_stretch *stretch, double price)
{
    return mesh_value(stretch->price - price);
}

#endif
