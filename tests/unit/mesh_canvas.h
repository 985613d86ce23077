/* tests/unit/mesh_canvas.h: a canvas that keeps meshes as an implementation would, and works out
 * the pixels that they cover. */
#ifndef PP_TESTS_MESH_CANVAS_H
#define PP_TESTS_MESH_CANVAS_H

#include <paintprof/canvas.h>

enum { MESHES_KEPT_MAX = 32, MESH_COLUMNS_MAX = 2048, MESH_BOXES_MAX = 8192 };

typedef struct kept_mesh {
    uint64_t id, version;
    pp_mesh_shape *shapes;
    size_t count;
} kept_mesh;

/* The rows of pixels covered in a column, top <= bottom unless it is empty. */
typedef struct covered_column {
    int top, bottom;
} covered_column;

typedef struct mesh_box {
    pp_rect rect;
    pp_color color;
} mesh_box;

typedef struct mesh_canvas {
    pp_canvas canvas;
    pp_canvas_ops ops;
    kept_mesh kept[MESHES_KEPT_MAX];
    size_t kept_size;
    size_t uploads, uploaded_shapes;          /* since it was last cleared */
    size_t meshes, others;                    /* calls of op mesh / that draw something else */
    pp_mesh last;                             /* its shapes are in kept */
    covered_column columns[MESH_COLUMNS_MAX]; /* by rectangles and upright lines, of any op */
    mesh_box boxes[MESH_BOXES_MAX];
    size_t boxes_size;
} mesh_canvas;

/* keeps_meshes: or has no such op. Release it with mesh_canvas_release(). */
void mesh_canvas_init(mesh_canvas *meshes, int width_px, int height_px, double ratio,
                      bool keeps_meshes);
void mesh_canvas_release(mesh_canvas *meshes);

/* Forgets what was counted and covered, but not the meshes. */
void mesh_canvas_clear(mesh_canvas *meshes);

/* What it keeps of a mesh, or NULL. */
const kept_mesh *mesh_canvas_kept(const mesh_canvas *meshes, uint64_t id);

#endif
