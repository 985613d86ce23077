/* scene/gap_mesh.c: gaps as meshes, one of those up and one of those down for each zoom and place.
 * Columns are merged as gap_merge.h does. */
#include "scene/gap_mesh.h"

#include "scene/draw.h"
#include "scene/gap_look.h"
#include "scene/gap_merge.h"
#include "scene/mesh.h"

#include <stdlib.h>
#include <string.h>

/* Views of one array that are drawn in turn without making meshes anew. */
enum { MESHES_MAX = 4 };
/* Pixels that a shape reaches beyond where its gap begins and ends. */
enum { SHAPE_REACH_PX = 32 };

struct gap_mesh {
    mesh_shapes up, down;
    gap_list wide, labelled;
    mesh_stretch stretch;
    gap_sizes sizes;
    int label_px;
    uint64_t changes, last_use;
    bool is_short_of_memory;
};

struct gap_meshes {
    gap_mesh items[MESHES_MAX];
    uint64_t uses;
    mesh_shapes steps[2][GAP_STEP_COUNT]; /* while one is made: sorted by direction and strength */
};

void gap_meshes_destroy(gap_meshes *meshes)
{
    if (!meshes)
        return;
    for (int i = 0; i < MESHES_MAX; i++) {
        mesh_release(&meshes->items[i].up);
        mesh_release(&meshes->items[i].down);
        free(meshes->items[i].wide.items);
        free(meshes->items[i].labelled.items);
    }
    for (int i = 0; i < GAP_STEP_COUNT; i++) {
        mesh_release(&meshes->steps[0][i]);
        mesh_release(&meshes->steps[1][i]);
    }
    free(meshes);
}

/* ---- Making --------------------------------------------------------------------------------- */

static void add_gap(gap_mesh *mesh, gap_list *list, size_t gap)
{
    if (list->size == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 64;
        size_t *items = realloc(list->items, capacity * sizeof(*items));
        if (!items) {
            mesh->is_short_of_memory = true;
            return;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->size++] = gap;
}

static void add_mark(gap_mesh *mesh, mesh_shapes steps[2][GAP_STEP_COUNT], const gap_mark *mark)
{
    pp_rect box = mark->shape.box;
    bool up = mark->shape.up;
    int step = gap_step_of(mark->count);
    if (mark->count == 1 && box.w >= mesh->label_px)
        add_gap(mesh, &mesh->labelled, mark->first);
    if (mark->count == 1 && box.w > DRAW_MARGIN_PX) {
        add_gap(mesh, &mesh->wide, mark->first);
        return;
    }
    mesh_add(&steps[up][step],
             (pp_mesh_shape){.x0 = (float)box.x,
                             .x1 = (float)(box.x + box.w - 1),
                             .y0 = mesh_price(&mesh->stretch, mark->high),
                             .y1 = mesh_price(&mesh->stretch, mark->low),
                             .least_height_px = (int16_t)mesh->sizes.box_height_min,
                             .color = gap_box_color(up, step),
                             .outline = step == GAP_STEP_SINGLE ? gap_line_color(up) : 0});
}

/* The strongest first, so that the outlines of single gaps stay visible. */
static void join_steps(gap_mesh *mesh, mesh_shapes *shapes, const mesh_shapes *steps, bool up)
{
    const gap_sizes *sizes = &mesh->sizes;
    mesh_restart(shapes, 0);
    shapes->mesh.kind = PP_MESH_RECTS;
    shapes->mesh.has_outlines = steps[GAP_STEP_SINGLE].size > 0;
    shapes->mesh.grows_both_ways = true;
    shapes->mesh.arrow = (pp_mesh_arrow){.direction = up ? 1 : -1,
                                         .distance_px = sizes->distance,
                                         .head_half_width_px = sizes->head_half_width,
                                         .head_height_px = sizes->head_height,
                                         .stem_width_px = sizes->stem_width,
                                         .stem_height_px = sizes->stem_height,
                                         .color = gap_line_color(up)};
    for (int step = GAP_STEP_COUNT - 1; step >= 0; step--) {
        for (size_t i = 0; i < steps[step].size; i++)
            mesh_add(shapes, steps[step].items[i]);
        mesh->is_short_of_memory |= steps[step].is_short_of_memory;
    }
    mesh->is_short_of_memory |= shapes->is_short_of_memory;
}

static void make_anew(gap_mesh *mesh, mesh_shapes steps[2][GAP_STEP_COUNT], const pp_view *view,
                      const pp_gaps *gaps)
{
    mesh_stretch_set(&mesh->stretch, view);
    mesh->is_short_of_memory = false;
    mesh->wide.size = mesh->labelled.size = 0;
    for (int step = 0; step < GAP_STEP_COUNT; step++) {
        mesh_restart(&steps[0][step], 0);
        mesh_restart(&steps[1][step], 0);
    }
    pp_view wide = mesh_stretch_view(&mesh->stretch);
    gap_walk walk;
    gap_mark marks[GAP_MARKS_MAX];
    gap_walk_begin(&walk, gaps, &wide, &mesh->sizes, wide.plot.x, draw_right(wide.plot));
    for (size_t count; (count = gap_walk_next(&walk, marks)) > 0;) {
        for (size_t i = 0; i < count; i++)
            add_mark(mesh, steps, &marks[i]);
    }
    join_steps(mesh, &mesh->up, steps[1], true);
    join_steps(mesh, &mesh->down, steps[0], false);
}

/* ---- Keeping -------------------------------------------------------------------------------- */

static bool is_usable(const gap_mesh *mesh, const pp_view *view, const pp_gaps *gaps)
{
    return mesh->changes == gaps->index->changes && !mesh->is_short_of_memory &&
           mesh_stretch_covers(&mesh->stretch, view, SHAPE_REACH_PX);
}

/* The mesh that fits best; else the one that was not drawn for longest. */
static gap_mesh *choose_mesh(gap_meshes *meshes, const pp_view *view, const pp_gaps *gaps,
                             const gap_sizes *sizes, int label_px)
{
    gap_mesh *oldest = &meshes->items[0], *same_zoom = NULL;
    for (int i = 0; i < MESHES_MAX; i++) {
        gap_mesh *mesh = &meshes->items[i];
        if (mesh->last_use < oldest->last_use)
            oldest = mesh;
        if (mesh->last_use == 0 || memcmp(&mesh->sizes, sizes, sizeof(*sizes)) != 0 ||
            mesh->label_px != label_px || !mesh_stretch_same_zoom(&mesh->stretch, view))
            continue;
        if (is_usable(mesh, view, gaps))
            return mesh;
        same_zoom = mesh;
    }
    return same_zoom ? same_zoom : oldest;
}

gap_mesh *gap_mesh_prepare(const pp_view *view, const pp_gaps *gaps, const gap_sizes *sizes,
                           int label_px)
{
    struct pp_gap_index *index = gap_index_of(gaps);
    if (!index)
        return NULL;
    gap_meshes **kept = &index->meshes;
    if (!*kept)
        *kept = calloc(1, sizeof(**kept));
    if (!*kept)
        return NULL;
    gap_mesh *mesh = choose_mesh(*kept, view, gaps, sizes, label_px);
    mesh->sizes = *sizes;
    mesh->label_px = label_px;
    mesh->last_use = ++(*kept)->uses;
    if (!mesh_stretch_same_zoom(&mesh->stretch, view) || !is_usable(mesh, view, gaps))
        make_anew(mesh, (*kept)->steps, view, gaps);
    mesh->changes = index->changes;
    return mesh->is_short_of_memory ? NULL : mesh;
}

void gap_mesh_draw(pp_canvas *canvas, const pp_view *view, const gap_mesh *mesh)
{
    pp_plane plane = mesh_stretch_plane(&mesh->stretch, view, true);
    mesh_draw(canvas, &mesh->up, &plane, 0, mesh->up.size);
    mesh_draw(canvas, &mesh->down, &plane, 0, mesh->down.size);
}

const gap_list *gap_mesh_wide(const gap_mesh *mesh)
{
    return &mesh->wide;
}

const gap_list *gap_mesh_labelled(const gap_mesh *mesh)
{
    return &mesh->labelled;
}
