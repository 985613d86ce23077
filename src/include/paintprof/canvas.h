/* paintprof/canvas.h: the small drawing interface that scene and overlay draw through, so that
 * neither knows a toolkit. Everything is in device pixels, as integers (but for segments), in
 * arrays.
 *
 * A canvas lives for one paint. An implementation embeds pp_canvas as its first member. */
#ifndef PAINTPROF_CANVAS_H
#define PAINTPROF_CANVAS_H

#include <paintprof/export.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

typedef struct pp_point {
    int x, y;
} pp_point;

typedef struct pp_rect {
    int x, y, w, h;
} pp_rect;

typedef struct pp_line {
    int x1, y1, x2, y2; /* both ends are drawn */
} pp_line;

/* Between points that need not be whole pixels: the centre of pixel 3 lies at 3.5. */
typedef struct pp_segment {
    float x1, y1, x2, y2;
} pp_segment;

typedef struct pp_triangle {
    pp_point a, b, c;
} pp_triangle;

/* 0xAARRGGBB, not premultiplied. */
typedef uint32_t pp_color;

/* Pixels of an image: 0xAARRGGBB premultiplied, row by row. The owner bumps version when they
 * change, so that an implementation may keep a copy. */
typedef struct pp_image {
    const uint32_t *pixels;
    int width, height, stride_px;
    bool opaque;
    uint64_t version;
} pp_image;

/* The part src of an image, put with its top left corner at to. */
typedef struct pp_fragment {
    pp_rect src;
    pp_point to;
} pp_fragment;

typedef enum pp_font_family { PP_FONT_SANS, PP_FONT_MONO } pp_font_family;

typedef struct pp_font {
    pp_font_family family;
    int size_px; /* of the em square, device pixels */
    bool bold;
} pp_font;

/* Where a text stands to its point: one of the three of each axis. */
enum {
    PP_ALIGN_LEFT = 0,
    PP_ALIGN_CENTER = 1,
    PP_ALIGN_RIGHT = 2,
    PP_ALIGN_TOP = 0,
    PP_ALIGN_MIDDLE = 4,
    PP_ALIGN_BOTTOM = 8,
    PP_ALIGN_BASELINE = 12
};

typedef struct pp_text {
    pp_point at;
    unsigned align;
    const char *utf8; /* valid during the call */
    size_t size_bytes;
    pp_color color;
} pp_text;

/* ---- Meshes: shapes that stay while only the view moves ------------------------------------ */

typedef enum pp_mesh_kind {
    PP_MESH_RECTS,  /* the pixels of both corners and all between them; y0 is the upper corner */
    PP_MESH_LINES,  /* between pixels, as op lines draws them */
    PP_MESH_STROKES /* what a disc, or a square, covers that is led along a line through points */
} pp_mesh_kind;

/* A shape on a plane of its own, to which a pp_plane gives pixels. Floats hold 24 bits: keep the
 * plane's zero near what is in sight. Up to 2^18 pixels from it less than 1/64 px is lost. */
typedef struct pp_mesh_shape {
    float x0, y0, x1, y1;
    int16_t top_px;          /* rectangles: moved down by */
    int16_t least_height_px; /* and grown to */
    pp_color color;
    pp_color outline; /* of rectangles, one pixel wide, inside; 0: none */
} pp_mesh_shape;

/* An arrow of stem and head above (-1) or below (1) each rectangle, pointing at it; 0: none. */
typedef struct pp_mesh_arrow {
    int direction;
    int distance_px; /* between rectangle and tip */
    int head_half_width_px, head_height_px, stem_width_px, stem_height_px;
    pp_color color;
} pp_mesh_arrow;

/* Shapes with a name, so that an implementation keeps them from frame to frame. It is drawn in
 * this order: all rectangles or lines, all stems, all heads. Valid during the call. */
typedef struct pp_mesh {
    uint64_t id;           /* never 0, and never that of another mesh of the process */
    uint64_t version;      /* rises with every change */
    uint64_t base_version; /* who holds this version or a later one ... */
    size_t changed_from;   /* ... lacks only the shapes from this index on */
    const pp_mesh_shape *shapes;
    size_t count;
    size_t first_shown, end_shown; /* the part to draw */
    pp_mesh_kind kind;
    float width_px;       /* of lines, whole, and strokes */
    bool smooth;          /* strokes: antialiased; else pixels whose middle is covered */
    bool square;          /* strokes: by a square, upright */
    bool has_outlines;    /* of rectangles: some shape's outline is not 0 */
    bool grows_both_ways; /* rectangles reach their least height around their middle */
    pp_mesh_arrow arrow;
} pp_mesh;

/* The pixel of x, y of a mesh is floor(move + value * scale). */
typedef struct pp_plane {
    double move_x_px, scale_x, move_y_px, scale_y;
} pp_plane;

typedef struct pp_canvas pp_canvas;

/* What an implementation provides; no entry is NULL but the last. Arrays are read during the call
 * only. */
typedef struct pp_canvas_ops {
    uint32_t struct_size;                               /* sizeof(pp_canvas_ops) */
    void (*push_clip)(pp_canvas *canvas, pp_rect clip); /* within the present clip */
    void (*pop_clip)(pp_canvas *canvas);
    void (*fill_rects)(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color);
    /* Outlines, one pixel wide, inside the rectangles. */
    void (*stroke_rects)(pp_canvas *canvas, const pp_rect *rects, size_t count, pp_color color);
    void (*lines)(pp_canvas *canvas, const pp_line *lines, size_t count, pp_color color,
                  int width_px);
    void (*polyline)(pp_canvas *canvas, const pp_point *points, size_t count, pp_color color,
                     int width_px);
    void (*triangles)(pp_canvas *canvas, const pp_triangle *triangles, size_t count,
                      pp_color color);
    void (*texts)(pp_canvas *canvas, pp_font font, const pp_text *texts, size_t count);
    /* The advance of a text in device pixels, rounded up. */
    int (*text_width)(pp_canvas *canvas, pp_font font, const char *utf8, size_t size_bytes);
    void (*fragments)(pp_canvas *canvas, const pp_image *image, const pp_fragment *fragments,
                      size_t count);
    /* Antialiased lines from point to point, not beyond: their ends are flat, so that an upright
     * one of width 1 through pixel centres covers its column alone, and its first and last pixel in
     * part. width_px is at least 1; none is of no length. Since: 0.2 */
    void (*segments)(pp_canvas *canvas, const pp_segment *segments, size_t count, pp_color color,
                     float width_px);
    /* NULL where nothing is kept from frame to frame; ask pp_canvas_keeps_meshes(). Since: 0.2 */
    void (*mesh)(pp_canvas *canvas, const pp_mesh *mesh, const pp_plane *plane);
} pp_canvas_ops;

struct pp_canvas {
    const pp_canvas_ops *ops;
    int width_px, height_px;
    double ratio;  /* device pixels per logical pixel */
    pp_rect dirty; /* what has to be drawn; drawing more is allowed and is clipped */
};

/* Device pixels of a length in logical pixels, rounded, at least 1 for a positive one. */
static inline int pp_canvas_px(const pp_canvas *canvas, double logical_px)
{
    int px = (int)(logical_px * canvas->ratio + 0.5);
    return px < 1 && logical_px > 0 ? 1 : px;
}

/* Whether op mesh may be called. An implementation built for 0.1 has none. Since: 0.2 */
static inline bool pp_canvas_keeps_meshes(const pp_canvas *canvas)
{
    return canvas->ops->struct_size > offsetof(pp_canvas_ops, mesh) && canvas->ops->mesh;
}

PP_END_DECLS

#endif
