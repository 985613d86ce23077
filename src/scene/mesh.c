/* scene/mesh.c: shapes in a growing array, and the stretch that they were made for. */
#include "scene/mesh.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

/* ---- Shapes --------------------------------------------------------------------------------- */

/* Unique in the process, as implementations know a mesh by nothing else. */
static uint64_t next_id(void)
{
    static atomic_uint_fast64_t last;
    return atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
}

void mesh_release(mesh_shapes *shapes)
{
    free(shapes->items);
    *shapes = (mesh_shapes){0};
}

void mesh_restart(mesh_shapes *shapes, size_t index)
{
    pp_mesh *mesh = &shapes->mesh;
    if (mesh->id == 0)
        mesh->id = next_id();
    mesh->version++;
    if (index == 0) {
        mesh->base_version = mesh->version;
        mesh->changed_from = shapes->is_short_of_memory = false;
    } else if (mesh->changed_from == 0 || index < mesh->changed_from) {
        mesh->changed_from = index;
    }
    shapes->size = index;
}

static bool grow(mesh_shapes *shapes)
{
    size_t capacity = shapes->capacity ? 2 * shapes->capacity : 1024;
    pp_mesh_shape *items = realloc(shapes->items, capacity * sizeof(*items));
    if (!items)
        return false;
    shapes->items = items;
    shapes->capacity = capacity;
    return true;
}

void mesh_add(mesh_shapes *shapes, pp_mesh_shape shape)
{
    if (shapes->size == shapes->capacity && !grow(shapes)) {
        shapes->is_short_of_memory = true;
        return;
    }
    shapes->items[shapes->size++] = shape;
}

void mesh_draw(pp_canvas *canvas, const mesh_shapes *shapes, const pp_plane *plane, size_t first,
               size_t end)
{
    if (first >= end)
        return;
    pp_mesh mesh = shapes->mesh;
    mesh.shapes = shapes->items;
    mesh.count = shapes->size;
    mesh.first_shown = first;
    mesh.end_shown = end;
    canvas->ops->mesh(canvas, &mesh, plane);
}

/* ---- Stretches ------------------------------------------------------------------------------ */

/* Pixels from the plane's zero up to which a float holds 1/64 of one. */
static const double EXACT_PX = 1 << 18;
/* Of a pixel, over the whole width of a stretch: what panning does to a scale by rounding. */
static const double SCALE_DRIFT_PX = 1.0 / 32;
/* Of the width, and pixels: more than any shape reaches. */
enum { LITTLE_REACH = 8, LITTLE_REACH_PX = 256 };

static double scale_of(const pp_view *view)
{
    return view->plot.w / (view->x1 - view->x0);
}

bool mesh_stretch_same_zoom(const mesh_stretch *stretch, const pp_view *view)
{
    if (view->plot.w != stretch->width_px || view->plot.h != stretch->height_px)
        return false;
    double drift = scale_of(view) / stretch->scale - 1;
    return fabs(drift) * 2 * view->plot.w <= SCALE_DRIFT_PX;
}

void mesh_stretch_set(mesh_stretch *stretch, const pp_view *view)
{
    bool is_panned = mesh_stretch_same_zoom(stretch, view);
    *stretch = (mesh_stretch){.x0 = view->x0,
                              .scale = scale_of(view),
                              .price = view->y0 + (view->y1 - view->y0) / 2,
                              .width_px = view->plot.w,
                              .height_px = view->plot.h};
    stretch->reach_px = is_panned ? view->plot.w : view->plot.w / LITTLE_REACH + LITTLE_REACH_PX;
}

pp_view mesh_stretch_view(const mesh_stretch *stretch)
{
    double reach = stretch->reach_px / stretch->scale;
    int width_px = stretch->width_px + 2 * stretch->reach_px;
    double x0 = stretch->x0 - reach;
    /* The height is of no consequence but for what is centred there, in pixels of the same size. */
    return (pp_view){.x0 = x0,
                     .x1 = x0 + width_px / stretch->scale,
                     .y0 = 0,
                     .y1 = 1,
                     .plot = {-stretch->reach_px, 0, width_px, stretch->height_px}};
}

/* Pixels by which what the stretch was made for has moved to the right. */
static double moved_px(const mesh_stretch *stretch, const pp_view *view)
{
    return (stretch->x0 - view->x0) * stretch->scale;
}

bool mesh_stretch_covers(const mesh_stretch *stretch, const pp_view *view, int margin_px)
{
    double prices = (stretch->price - view->y0) * (view->plot.h / (view->y1 - view->y0));
    return fabs(moved_px(stretch, view)) <= stretch->reach_px - margin_px &&
           fabs(prices) < EXACT_PX;
}

pp_plane mesh_stretch_plane(const mesh_stretch *stretch, const pp_view *view, bool whole)
{
    double moved = moved_px(stretch, view);
    return (pp_plane){.move_x_px = view->plot.x + (whole ? floor(moved + 0.5) : moved),
                      .scale_x = 1,
                      .move_y_px = pp_view_y_px(view, stretch->price),
                      .scale_y = view->plot.h / (view->y1 - view->y0)};
}
