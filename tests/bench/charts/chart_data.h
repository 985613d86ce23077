/* charts/chart_data.h: what every chart of the comparison shows, and how it is panned: the same
 * numbers for all, in C, C++ and (pyqtgraph_peer.py) Python. */
#ifndef PP_CHART_DATA_H
#define PP_CHART_DATA_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { CHART_WIDTH = 1280, CHART_HEIGHT = 720 };

/* ---- A curve: a random walk over x = 0, 1, 2, ... -------------------------------------------- */

typedef struct chart_walk {
    uint64_t state;
    double value;
} chart_walk;

static inline chart_walk chart_walk_start(void)
{
    chart_walk walk = {1, 0};
    return walk;
}

/* The next value: Knuth's MMIX generator, a step within -1..1. */
static inline double chart_walk_next(chart_walk *walk)
{
    walk->state = walk->state * 6364136223846793005u + 1442695040888963407u;
    walk->value += (double)(int64_t)walk->state * 0x1p-63;
    return walk->value;
}

/* ---- Panning ----------------------------------------------------------------------------------
 */

/* The whole range is in sight and moves by 3.84 of 1,280 pixels a frame, to and fro. */
static const double CHART_PAN_STEP = 0.003; /* of the range in sight */
enum { CHART_PAN_FRAMES = 10 };             /* in one direction */

/* How far the view of a frame has moved, as a part of the range in sight. */
static inline double chart_pan_at(uint64_t frame)
{
    uint64_t at = frame % (2 * CHART_PAN_FRAMES);
    return CHART_PAN_STEP * (double)(at < CHART_PAN_FRAMES ? at : 2 * CHART_PAN_FRAMES - at);
}

/* ---- Gaps: a rectangle of 6x24 pixels each, and an arrow ---------------------------------------
 */

static const double CHART_GAPS_X = 1e6; /* the range of x in sight; that of y is -1..1 */
static const double CHART_GAP_WIDTH = 6 * 1e6 / (double)CHART_WIDTH;
static const double CHART_GAP_HEIGHT = 24 * 2.0 / (double)CHART_HEIGHT;
enum { CHART_ARROW_HALF_WIDTH = 4, CHART_ARROW_HEIGHT = 10 }; /* pixels */

/* Left and lower edge of a rectangle; every second arrow points up, from below. */
typedef struct chart_gap {
    double x, y;
    int up;
} chart_gap;

/* Evenly over x, in waves over y. */
static inline chart_gap chart_gap_at(size_t i, size_t count)
{
    chart_gap gap = {((double)i + 0.5) * CHART_GAPS_X / (double)count,
                     0.7 * sin((double)i * 25 / (double)count), i % 2 == 0};
    return gap;
}

#endif
