/* sink/overlay_text.h: numbers, rows and sentences of the overlay as text.
 *
 * A cell is the place of one character in a monospaced font. Numbers are formatted from integers,
 * so that no locale can change them. */
#ifndef PP_OVERLAY_TEXT_H
#define PP_OVERLAY_TEXT_H

#include "sink/overlay_data.h"
#include <paintprof/canvas.h>

enum {
    PP_OVERLAY_NUMBER_CELLS = 9, /* the width of a column of the report */
    PP_OVERLAY_COLUMN_CELLS = 8, /* and of the panel */
    PP_OVERLAY_NUMBER_BYTES = 24,
    PP_OVERLAY_ROWS_MAX = 16,
    PP_OVERLAY_LINE_BYTES = 320
};

/* One row of the table of phases, from top to bottom as the bars are stacked. */
typedef struct pp_overlay_row {
    char name[40];
    pp_color color; /* of its swatch; 0: it is no part of the bars */
    bool strong;
    bool ruled;          /* a thin line stands above it */
    const char *instead; /* stands across its columns; NULL: its numbers do */
    pp_overlay_stat stat;
} pp_overlay_row;

/* The accent of a phase, and those of what has no phase. */
pp_color pp_overlay_phase_color(unsigned phase);
extern const pp_color pp_overlay_flush_color;
extern const pp_color pp_overlay_more_color;

/* Fills rows (room for PP_OVERLAY_ROWS_MAX), returns how many. */
size_t pp_overlay_rows(const pp_overlay_stats *stats, pp_overlay_row *rows);

/* Milliseconds with two decimals, "<0.01" for less than shows; no unit. */
void pp_overlay_format_ms(char *out, uint64_t ns);

/* A quantity with one decimal and k, M or G, or a space where that letter would stand. */
void pp_overlay_format_count(char *out, double value);

/* "60 Hz", "59.94 Hz". */
void pp_overlay_format_hz(char *out, uint64_t budget_ns);

/* The numbers of a row, each a text of its own: a column ends at its right edge whatever the font,
 * and a canvas that keeps shaped texts meets most of them again. */
typedef struct pp_overlay_columns {
    size_t count;
    char text[4][PP_OVERLAY_NUMBER_BYTES];
} pp_overlay_columns;

/* last, avg, p99 and max; "–" for what was not measured. */
void pp_overlay_stat_columns(pp_overlay_columns *columns, const pp_overlay_stat *stat);
extern const pp_overlay_columns pp_overlay_stat_heading;

/* ms, count and pixels a frame of a painter. */
void pp_overlay_item_columns(pp_overlay_columns *columns, const pp_overlay_item *item,
                             uint32_t frames);
extern const pp_overlay_columns pp_overlay_item_heading;

/* "3 of 300: paint 2, event 1" */
void pp_overlay_late_line(char *out, const pp_overlay_stats *stats);

/* "41.30 ms, 12 frames ago" */
void pp_overlay_worst_line(char *out, const pp_overlay_worst *worst);

/* Why the worst frame took so long, in at most cells: "paint, Curve.paint() 38.10 ms". */
void pp_overlay_cause_line(char *out, const pp_overlay_worst *worst, size_t cells);

/* Copies UTF-8 into at most cells cells, with "…" in the middle when it is longer; control
 * characters become spaces. capacity counts the NUL. Returns the cells it takes. */
size_t pp_overlay_elide(char *out, size_t capacity, const char *utf8, size_t cells);

/* Cells of a text: wide East Asian characters take two. */
size_t pp_overlay_cells(const char *utf8);

/* All of it as a plain table; returns the length it needs without the NUL. */
size_t pp_overlay_report(char *buffer, size_t capacity, const pp_overlay_stats *stats,
                         uint32_t window);

#endif
