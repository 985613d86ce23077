/* scene/gap_sprite.c: renders the arrow. */
#include "scene/gap_sprite.h"

#include <paintprof/chart.h>

#include <math.h>
#include <string.h>

/* Points looked at in a pixel, across and down. */
enum { SAMPLES = 8 };
enum { WIDTH_MAX = 2 * GAP_HEAD_HALF_MAX + 1, HEIGHT_MAX = 2 * GAP_HEAD_HEIGHT_MAX };

typedef struct kept_sprite {
    gap_sizes sizes;
    pp_image image;
    uint32_t pixels[WIDTH_MAX * HEIGHT_MAX];
} kept_sprite;

/* A gap drawn on its own has no object that could hold them; they hold nothing but what the sizes
 * say. Down, up. */
static _Thread_local kept_sprite kept[2];

/* How much of the pixel x, y of the head lies in it, its tip at the top. */
static double head_coverage(const gap_sizes *sizes, int width, int x, int y)
{
    int inside = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double half = width / 2.0 * (y + (i + 0.5) / SAMPLES) / sizes->head_height;
        for (int k = 0; k < SAMPLES; k++)
            inside += fabs(x + (k + 0.5) / SAMPLES - width / 2.0) < half;
    }
    return inside / (double)(SAMPLES * SAMPLES);
}

static uint32_t premultiplied(pp_color color, double coverage)
{
    double alpha = (color >> 24) / 255.0 * coverage;
    uint32_t pixel = (uint32_t)(alpha * 255 + 0.5) << 24;
    for (unsigned shift = 0; shift < 24; shift += 8)
        pixel |= (uint32_t)((color >> shift & 0xFF) * alpha + 0.5) << shift;
    return pixel;
}

/* The image changes with these and nothing else, so that they tell its versions apart. */
static uint64_t version_of(const gap_sizes *sizes, bool up)
{
    uint64_t version = up;
    const int parts[] = {sizes->head_half_width, sizes->head_height, sizes->stem_width,
                         sizes->stem_height};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        version = version << 12 | (unsigned)parts[i];
    return version;
}

static void render(kept_sprite *sprite, const gap_sizes *sizes, bool up)
{
    pp_color color = up ? pp_theme_dark.gap_up : pp_theme_dark.gap_down;
    /* As odd as the stem, which stands in its middle. */
    int width = 2 * sizes->head_half_width + sizes->stem_width % 2;
    int height = sizes->head_height + sizes->stem_height;
    int stem_left = (width - sizes->stem_width) / 2, stem_right = stem_left + sizes->stem_width;
    for (int y = 0; y < height; y++) {
        uint32_t *row = &sprite->pixels[(up ? y : height - 1 - y) * width];
        for (int x = 0; x < width; x++) {
            double coverage = y < sizes->head_height ? head_coverage(sizes, width, x, y)
                                                     : x >= stem_left && x < stem_right;
            row[x] = premultiplied(color, coverage);
        }
    }
    sprite->sizes = *sizes;
    sprite->image = (pp_image){sprite->pixels, width, height, width, false, version_of(sizes, up)};
}

const pp_image *gap_sprite(const gap_sizes *sizes, bool up)
{
    kept_sprite *sprite = &kept[up];
    if (memcmp(&sprite->sizes, sizes, sizeof(*sizes)) != 0)
        render(sprite, sizes, up);
    return &sprite->image;
}
