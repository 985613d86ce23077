/* tests/unit/mesh_canvas.c: a canvas that keeps meshes as an implementation would. */
#include "mesh_canvas.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static mesh_canvas *self(pp_canvas *canvas)
{
    return (mesh_canvas *)canvas;
}

/* ---- What is covered ------------------------------------------------------------------------ */

static void cover(mesh_canvas *meshes, pp_rect rect)
{
    for (int x = rect.x < 0 ? 0 : rect.x; x < rect.x + rect.w && x < MESH_COLUMNS_MAX; x++) {
        covered_column *column = &meshes->columns[x];
        column->top = rect.y < column->top ? rect.y : column->top;
        column->bottom =
            rect.y + rect.h - 1 > column->bottom ? rect.y + rect.h - 1 : column->bottom;
    }
}

static void add_box(mesh_canvas *meshes, pp_rect rect, pp_color color)
{
    assert_true(meshes->boxes_size < MESH_BOXES_MAX);
    meshes->boxes[meshes->boxes_size++] = (mesh_box){rect, color};
    cover(meshes, rect);
}

static int pixel(double px)
{
    return (int)floor(fmin(fmax(px, -1e6), 1e6));
}

/* As canvas.h says. */
static pp_rect rect_of(const pp_mesh *mesh, const pp_mesh_shape *shape, const pp_plane *plane)
{
    int left = pixel(plane->move_x_px + (double)shape->x0 * plane->scale_x);
    int right = pixel(plane->move_x_px + (double)shape->x1 * plane->scale_x);
    int top = pixel(plane->move_y_px + (double)shape->y0 * plane->scale_y);
    int bottom = pixel(plane->move_y_px + (double)shape->y1 * plane->scale_y);
    int height = bottom - top + 1;
    int grown = height < shape->least_height_px ? shape->least_height_px : height;
    int up = mesh->grows_both_ways ? (grown - height) / 2 : 0;
    return (pp_rect){left, top - up + shape->top_px, right - left + 1, grown};
}

/* ---- Meshes --------------------------------------------------------------------------------- */

static kept_mesh *find(mesh_canvas *meshes, uint64_t id)
{
    for (size_t i = 0; i < meshes->kept_size; i++) {
        if (meshes->kept[i].id == id)
            return &meshes->kept[i];
    }
    assert_true(meshes->kept_size < MESHES_KEPT_MAX);
    meshes->kept[meshes->kept_size] = (kept_mesh){.id = id};
    return &meshes->kept[meshes->kept_size++];
}

/* Takes only what the mesh says has changed. */
static void upload(mesh_canvas *meshes, kept_mesh *kept, const pp_mesh *mesh)
{
    bool has_base = kept->version >= mesh->base_version;
    size_t from = has_base ? mesh->changed_from : 0;
    from = from < mesh->count ? from : mesh->count;
    kept->shapes = realloc(kept->shapes, (mesh->count + 1) * sizeof(*kept->shapes));
    assert_non_null(kept->shapes);
    if (mesh->count > from)
        memcpy(&kept->shapes[from], &mesh->shapes[from],
               (mesh->count - from) * sizeof(*kept->shapes));
    kept->count = mesh->count;
    kept->version = mesh->version;
    meshes->uploads++;
    meshes->uploaded_shapes += mesh->count - from;
}

static void draw_mesh(pp_canvas *canvas, const pp_mesh *mesh, const pp_plane *plane)
{
    mesh_canvas *meshes = self(canvas);
    assert_true(mesh->id != 0);
    assert_true(mesh->first_shown < mesh->end_shown && mesh->end_shown <= mesh->count);
    kept_mesh *kept = find(meshes, mesh->id);
    assert_true(kept->version <= mesh->version);
    if (kept->version != mesh->version)
        upload(meshes, kept, mesh);
    assert_non_null(kept->shapes);
    assert_int_equal(kept->count, mesh->count);
    assert_memory_equal(kept->shapes, mesh->shapes, mesh->count * sizeof(*mesh->shapes));
    for (size_t i = mesh->first_shown; i < mesh->end_shown && mesh->kind == PP_MESH_RECTS; i++)
        add_box(meshes, rect_of(mesh, &mesh->shapes[i], plane), mesh->shapes[i].color);
    meshes->last = *mesh;
    meshes->last.shapes = NULL;
    meshes->meshes++;
}

const kept_mesh *mesh_canvas_kept(const mesh_canvas *meshes, uint64_t id)
{
    for (size_t i = 0; i < meshes->kept_size; i++) {
        if (meshes->kept[i].id == id)
            return &meshes->kept[i];
    }
    return NULL;
}

/* ---- Other shapes --------------------------------------------------------------------------- */

static void ignore_push(pp_canvas *canvas, pp_rect clip)
{
    (void)canvas, (void)clip;
}

static void ignore_pop(pp_canvas *canvas)
{
    (void)canvas;
}

static void fill_rects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    self(canvas)->others++;
    for (size_t i = 0; i < count; i++)
        add_box(self(canvas), rects[i], color);
}

static void stroke_rects(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color)
{
    (void)rects, (void)count, (void)color;
    self(canvas)->others++;
}

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

static void draw_lines(pp_canvas *canvas, const pp_line *lines, size_t count, pp_color color,
                       int width_px)
{
    (void)color, (void)width_px;
    self(canvas)->others++;
    for (size_t i = 0; i < count; i++) {
        if (lines[i].x1 == lines[i].x2)
            cover(self(canvas), (pp_rect){lines[i].x1, lesser(lines[i].y1, lines[i].y2), 1,
                                          abs(lines[i].y2 - lines[i].y1) + 1});
        else if (lines[i].y1 == lines[i].y2)
            cover(self(canvas),
                  (pp_rect){lines[i].x1, lines[i].y1, lines[i].x2 - lines[i].x1 + 1, 1});
    }
}

static void ignore_triangles(pp_canvas *canvas, const pp_triangle *triangles, size_t count,
                             pp_color color)
{
    (void)triangles, (void)count, (void)color;
    self(canvas)->others++;
}

static void ignore_texts(pp_canvas *canvas, pp_font font, const pp_text *texts, size_t count)
{
    (void)canvas, (void)font, (void)texts, (void)count;
}

static int measure(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes)
{
    (void)canvas, (void)utf8;
    return (int)size_bytes * font.size_px * 6 / 10;
}

static void ignore_fragments(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                             size_t count)
{
    (void)image, (void)fragments, (void)count;
    self(canvas)->others++;
}

/* ---- Making --------------------------------------------------------------------------------- */

void mesh_canvas_init(mesh_canvas *meshes, int width_px, int height_px, double ratio,
                      bool keeps_meshes)
{
    memset(meshes, 0, sizeof *meshes);
    meshes->ops = (pp_canvas_ops){.struct_size = sizeof(pp_canvas_ops),
                                  .push_clip = ignore_push,
                                  .pop_clip = ignore_pop,
                                  .fill_rects = fill_rects,
                                  .stroke_rects = stroke_rects,
                                  .lines = draw_lines,
                                  .triangles = ignore_triangles,
                                  .texts = ignore_texts,
                                  .text_width = measure,
                                  .fragments = ignore_fragments,
                                  .mesh = keeps_meshes ? draw_mesh : NULL};
    meshes->canvas = (pp_canvas){.ops = &meshes->ops,
                                 .width_px = width_px,
                                 .height_px = height_px,
                                 .ratio = ratio,
                                 .dirty = {0, 0, width_px, height_px}};
    mesh_canvas_clear(meshes);
}

void mesh_canvas_clear(mesh_canvas *meshes)
{
    meshes->uploads = meshes->uploaded_shapes = meshes->meshes = meshes->others = 0;
    meshes->boxes_size = 0;
    for (int x = 0; x < MESH_COLUMNS_MAX; x++)
        meshes->columns[x] = (covered_column){1 << 24, -(1 << 24)};
}

void mesh_canvas_release(mesh_canvas *meshes)
{
    for (size_t i = 0; i < meshes->kept_size; i++)
        free(meshes->kept[i].shapes);
    meshes->kept_size = 0;
}
