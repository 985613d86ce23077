/* sink/overlay_report.c: the overlay's table of phases, and all its numbers as plain text. */
#include "sink/overlay_text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Accents after Okabe and Ito, told apart by colour-blind readers; blue is lightened for the dark
 * panel. User phases repeat theirs after a while: rows have names and the order of the bars. */
static const pp_color phase_colors[PP_PHASE_USER] = {
    [PP_PHASE_CREATE] = 0xFFE69F00, [PP_PHASE_BATCH] = 0xFF56B4E9,   [PP_PHASE_REDRAW] = 0xFF009E73,
    [PP_PHASE_OTHER] = 0xFF9AA0A6,  [PP_PHASE_OVERLAY] = 0xFFCC79A7,
};
static const pp_color user_colors[] = {0xFFD55E00, 0xFF3F87D9, 0xFFB8D65C, 0xFFA88BFA,
                                       0xFFE8B4A0, 0xFF8A6B3D, 0xFF5FD4C8};
const pp_color pp_overlay_flush_color = 0xFFF0E442;
const pp_color pp_overlay_more_color = 0xFF5E6875;

enum { LABEL_CELLS = 8, NAME_CELLS = 14, PAINTER_CELLS = 23 };

pp_color pp_overlay_phase_color(unsigned phase)
{
    if (phase < PP_PHASE_USER)
        return phase_colors[phase];
    return user_colors[(phase - PP_PHASE_USER) % (sizeof user_colors / sizeof *user_colors)];
}

static pp_overlay_row *add_row(pp_overlay_row *rows, size_t *count, const char *name,
                               pp_color color, const pp_overlay_stat *stat)
{
    pp_overlay_row *row = &rows[(*count)++];
    memset(row, 0, sizeof *row);
    snprintf(row->name, sizeof row->name, "%s", name);
    row->color = color;
    row->stat = *stat;
    return row;
}

static void add_phase(pp_overlay_row *rows, size_t *count, const pp_overlay_stats *stats,
                      unsigned phase)
{
    const char *name = pp_phase_name(phase);
    add_row(rows, count, name != NULL ? name : "?", pp_overlay_phase_color(phase),
            &stats->phase[phase]);
}

size_t pp_overlay_rows(const pp_overlay_stats *stats, pp_overlay_row *rows)
{
    size_t count = 0;
    add_row(rows, &count, "work", 0, &stats->work)->strong = true;
    add_phase(rows, &count, stats, PP_PHASE_CREATE);
    add_phase(rows, &count, stats, PP_PHASE_BATCH);
    add_phase(rows, &count, stats, PP_PHASE_REDRAW);
    for (unsigned i = 0; i < stats->user_shown_count; i++)
        add_phase(rows, &count, stats, stats->user_shown[i]);
    if (stats->user_more_count > 0) {
        char name[sizeof rows->name];
        snprintf(name, sizeof name, "+%u more", stats->user_more_count);
        add_row(rows, &count, name, pp_overlay_more_color, &stats->user_more);
    }
    add_phase(rows, &count, stats, PP_PHASE_OTHER);
    size_t beside = count;
    add_phase(rows, &count, stats, PP_PHASE_OVERLAY);
    add_row(rows, &count, "flush", pp_overlay_flush_color, &stats->flush);
    pp_overlay_row *gpu = add_row(rows, &count, "gpu", 0, &stats->gpu);
    if (stats->frames > 0 && stats->gpu.count == 0)
        gpu->instead = "not measured";
    rows[beside].ruled = true;
    return count;
}

/* A text that grows in the caller's buffer and goes on counting beyond it. */
typedef struct growing_text {
    char *buffer;
    size_t capacity, size;
} growing_text;

static void append(growing_text *text, const char *part)
{
    size_t part_size = strlen(part);
    for (size_t i = 0; i < part_size; i++)
        if (text->size + i + 1 < text->capacity)
            text->buffer[text->size + i] = part[i];
    text->size += part_size;
}

static void append_padded(growing_text *text, const char *name, size_t cells)
{
    char short_name[PP_OVERLAY_LINE_BYTES];
    size_t used = pp_overlay_elide(short_name, sizeof short_name, name, cells);
    append(text, short_name);
    for (; used < cells; used++)
        append(text, " ");
}

static void append_line(growing_text *text, const char *label, const char *sentence)
{
    append_padded(text, label, LABEL_CELLS);
    append(text, sentence);
    append(text, "\n");
}

static void append_row(growing_text *text, const char *name, size_t cells,
                       const pp_overlay_columns *columns)
{
    append_padded(text, name, cells);
    for (size_t i = 0; i < columns->count; i++) {
        size_t used = pp_overlay_cells(columns->text[i]);
        for (; used < PP_OVERLAY_NUMBER_CELLS; used++)
            append(text, " ");
        append(text, columns->text[i]);
    }
    append(text, "\n");
}

static void append_instead(growing_text *text, const pp_overlay_row *row)
{
    append_padded(text, row->name, NAME_CELLS);
    for (size_t used = pp_overlay_cells(row->instead); used < 4 * PP_OVERLAY_NUMBER_CELLS; used++)
        append(text, " ");
    append(text, row->instead);
    append(text, "\n");
}

static void append_heading(growing_text *text, const pp_overlay_stats *stats, uint32_t window)
{
    char line[PP_OVERLAY_LINE_BYTES], budget[PP_OVERLAY_NUMBER_BYTES], hz[PP_OVERLAY_NUMBER_BYTES];
    if (window == 0)
        append(text, "paintprof, all windows");
    else {
        snprintf(line, sizeof line, "paintprof, window %" PRIu32, window);
        append(text, line);
    }
    pp_overlay_format_ms(budget, stats->budget_ns);
    pp_overlay_format_hz(hz, stats->budget_ns);
    snprintf(line, sizeof line, ", last %" PRIu32 " frames, budget %s ms (%s)\n", stats->frames,
             budget, hz);
    append(text, line);
}

static void append_sentences(growing_text *text, const pp_overlay_stats *stats)
{
    char line[PP_OVERLAY_LINE_BYTES];
    pp_overlay_late_line(line, stats);
    append_line(text, "late", line);
    pp_overlay_worst_line(line, &stats->worst);
    append_line(text, "worst", line);
    pp_overlay_cause_line(line, &stats->worst, sizeof line / 4);
    append_line(text, "cause", line);
    if (stats->rate_hz > 0) {
        uint64_t tenths = (uint64_t)(stats->rate_hz * 10 + 0.5);
        snprintf(line, sizeof line, "%" PRIu64 ".%" PRIu64 " frames/s", tenths / 10, tenths % 10);
        append_line(text, "rate", line);
    }
    if (stats->dropped > 0) {
        snprintf(line, sizeof line, "%" PRIu64 " records", stats->dropped);
        append_line(text, "dropped", line);
    }
}

static void append_painters(growing_text *text, const pp_overlay_stats *stats)
{
    pp_overlay_columns columns;
    append_row(text, "painter, per frame", PAINTER_CELLS, &pp_overlay_item_heading);
    for (uint32_t i = 0; i < stats->item_rows; i++) {
        pp_overlay_item_columns(&columns, &stats->items[i], stats->frames);
        append_row(text, stats->items[i].site->name, PAINTER_CELLS, &columns);
    }
}

size_t pp_overlay_report(char *buffer, size_t capacity, const pp_overlay_stats *stats,
                         uint32_t window)
{
    growing_text text = {buffer, capacity, 0};
    pp_overlay_row rows[PP_OVERLAY_ROWS_MAX];
    pp_overlay_columns columns;
    if (stats->frames == 0) {
        append(&text, "paintprof: no frames yet\n");
    } else {
        append_heading(&text, stats, window);
        append_row(&text, "phase, ms", NAME_CELLS, &pp_overlay_stat_heading);
        size_t count = pp_overlay_rows(stats, rows);
        for (size_t i = 0; i < count; i++) {
            pp_overlay_stat_columns(&columns, &rows[i].stat);
            if (rows[i].instead)
                append_instead(&text, &rows[i]);
            else
                append_row(&text, rows[i].name, NAME_CELLS, &columns);
        }
        append_sentences(&text, stats);
        if (stats->item_rows > 0)
            append_painters(&text, stats);
    }
    if (capacity > 0)
        buffer[text.size < capacity ? text.size : capacity - 1] = '\0';
    return text.size;
}
