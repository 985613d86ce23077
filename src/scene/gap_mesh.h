/* scene/gap_mesh.h: gaps as meshes, for canvases that keep them: made for more than is in sight,
 * so that a pan draws what is there already. */
#ifndef PP_SCENE_GAP_MESH_H
#define PP_SCENE_GAP_MESH_H

#include "scene/gap_shape.h"

typedef struct gap_mesh gap_mesh;
typedef struct gap_meshes gap_meshes;

/* Indices of gaps, from left to right. */
typedef struct gap_list {
    size_t *items;
    size_t size, capacity;
} gap_list;

/* Meshes of the gaps in sight, kept with them. label_px: from which width on a single gap may have
 * a label. NULL without memory or an index. */
gap_mesh *gap_mesh_prepare(const pp_view *view, const pp_gaps *gaps, const gap_sizes *sizes,
                           int label_px);

/* Draws all rectangles and arrows but those of gap_mesh_wide(), on a canvas that keeps meshes. A
 * pan by fractions of a pixel moves them by whole ones. */
void gap_mesh_draw(pp_canvas *canvas, const pp_view *view, const gap_mesh *mesh);

/* Single gaps so wide that where the arrow stands depends on the part in sight, which are few; and
 * those that may have a label. Some are out of sight. */
const gap_list *gap_mesh_wide(const gap_mesh *mesh);
const gap_list *gap_mesh_labelled(const gap_mesh *mesh);

void gap_meshes_destroy(gap_meshes *meshes);

#endif
