/* scene/gap_sprite.h: the arrow of gaps as an image: drawing it is copying pixels, several times
 * faster than filling antialiased triangles, and looks the same on every canvas. */
#ifndef PP_SCENE_GAP_SPRITE_H
#define PP_SCENE_GAP_SPRITE_H

#include "scene/gap_shape.h"

/* The arrow up or down of those sizes. Lifetime: until this thread asks for one of other sizes. */
const pp_image *gap_sprite(const gap_sizes *sizes, bool up);

/* All of it, where a shape has its arrow. */
static inline pp_fragment gap_sprite_at(const pp_image *sprite, const gap_shape *shape)
{
    pp_triangle head = shape->head;
    return (pp_fragment){{0, 0, sprite->width, sprite->height},
                         {head.b.x, shape->up ? head.a.y : shape->stem.y}};
}

#endif
