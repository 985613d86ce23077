/* sink/overlay_text.c: numbers and sentences of the overlay as text. */
#include "sink/overlay_text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char not_measured[] = "–";
static const char ellipsis[] = "…";

const pp_overlay_columns pp_overlay_stat_heading = {4, {"last", "avg", "p99", "max"}};
const pp_overlay_columns pp_overlay_item_heading = {3, {"self ms", "count", "pixels"}};

/* The code point that begins at *at, which moves behind it; a malformed byte stands for itself. */
static uint32_t next_code_point(const char **at)
{
    const unsigned char *byte = (const unsigned char *)*at;
    size_t more = byte[0] < 0xC0 ? 0 : byte[0] < 0xE0 ? 1 : byte[0] < 0xF0 ? 2 : 3;
    uint32_t code = more == 0 ? byte[0] : byte[0] & (0x3Fu >> more);
    size_t used = 1;
    for (; used <= more && (byte[used] & 0xC0) == 0x80; used++)
        code = code << 6 | (byte[used] & 0x3F);
    *at += used;
    return code;
}

static size_t code_point_cells(uint32_t code)
{
    if ((code >= 0x300 && code < 0x370) || (code >= 0x200B && code < 0x2010))
        return 0;
    bool wide = (code >= 0x1100 && code < 0x1160) || (code >= 0x2E80 && code < 0xD7A4) ||
                (code >= 0xF900 && code < 0xFB00) || (code >= 0xFF00 && code < 0xFF61) ||
                code >= 0x1F300;
    return wide ? 2 : 1;
}

size_t pp_overlay_cells(const char *utf8)
{
    size_t cells = 0;
    while (*utf8 != '\0')
        cells += code_point_cells(next_code_point(&utf8));
    return cells;
}

/* Where the text has gone through that many cells, or one less where a wide character stands. */
static const char *after_cells(const char *utf8, size_t cells)
{
    size_t used = 0;
    while (*utf8 != '\0') {
        const char *next = utf8;
        used += code_point_cells(next_code_point(&next));
        if (used > cells)
            break;
        utf8 = next;
    }
    return utf8;
}

static void copy_printable(char *out, const char *from, size_t size_bytes)
{
    for (size_t i = 0; i < size_bytes; i++)
        out[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7F ? ' ' : from[i];
}

size_t pp_overlay_elide(char *out, size_t capacity, const char *utf8, size_t cells)
{
    size_t all = pp_overlay_cells(utf8);
    size_t size = strlen(utf8);
    if (all <= cells && size < capacity) {
        copy_printable(out, utf8, size);
        out[size] = '\0';
        return all;
    }
    out[0] = '\0';
    if (cells == 0 || capacity < sizeof ellipsis)
        return 0;
    if (cells > all)
        cells = all; /* it has too many bytes, not too many cells */
    const char *head_end = after_cells(utf8, cells / 2);
    const char *tail = after_cells(utf8, all - (cells - 1 - cells / 2));
    size_t head_bytes = (size_t)(head_end - utf8), tail_bytes = strlen(tail);
    if (head_bytes + sizeof ellipsis + tail_bytes > capacity)
        head_bytes = tail_bytes = 0;
    copy_printable(out, utf8, head_bytes);
    memcpy(out + head_bytes, ellipsis, sizeof ellipsis - 1);
    copy_printable(out + head_bytes + sizeof ellipsis - 1, tail, tail_bytes);
    out[head_bytes + sizeof ellipsis - 1 + tail_bytes] = '\0';
    return pp_overlay_cells(out);
}

void pp_overlay_format_ms(char *out, uint64_t ns)
{
    uint64_t hundredths = ns / 10000 + (ns % 10000 >= 5000);
    if (ns > 0 && hundredths == 0)
        snprintf(out, PP_OVERLAY_NUMBER_BYTES, "<0.01");
    else if (hundredths < 10000000)
        snprintf(out, PP_OVERLAY_NUMBER_BYTES, "%" PRIu64 ".%02" PRIu64, hundredths / 100,
                 hundredths % 100);
    else
        snprintf(out, PP_OVERLAY_NUMBER_BYTES, "%" PRIu64, hundredths / 100);
}

static void format_tenths(char *out, double value, char unit)
{
    uint64_t tenths = (uint64_t)(value * 10 + 0.5);
    snprintf(out, PP_OVERLAY_NUMBER_BYTES, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10, tenths % 10,
             unit);
}

void pp_overlay_format_count(char *out, double value)
{
    static const char units[] = {' ', 'k', 'M', 'G', 'T', 'P', 'E'};
    size_t unit = 0;
    while (value >= 999.95 && unit + 1 < sizeof units) {
        value /= 1000;
        unit++;
    }
    format_tenths(out, value, units[unit]);
}

void pp_overlay_format_hz(char *out, uint64_t budget_ns)
{
    uint64_t hundredths = budget_ns > 0 ? (100000000000 + budget_ns / 2) / budget_ns : 0;
    if (hundredths % 100 == 0)
        snprintf(out, PP_OVERLAY_NUMBER_BYTES, "%" PRIu64 " Hz", hundredths / 100);
    else
        snprintf(out, PP_OVERLAY_NUMBER_BYTES, "%" PRIu64 ".%02" PRIu64 " Hz", hundredths / 100,
                 hundredths % 100);
}

static void add_ms(pp_overlay_columns *columns, uint64_t ns, bool measured)
{
    char *text = columns->text[columns->count++];
    if (measured)
        pp_overlay_format_ms(text, ns);
    else
        memcpy(text, not_measured, sizeof not_measured);
}

void pp_overlay_stat_columns(pp_overlay_columns *columns, const pp_overlay_stat *stat)
{
    bool measured = stat->count > 0;
    columns->count = 0;
    add_ms(columns, stat->last_ns, stat->last_measured);
    add_ms(columns, stat->mean_ns, measured);
    add_ms(columns, stat->p99_ns, measured);
    add_ms(columns, stat->max_ns, measured);
}

void pp_overlay_item_columns(pp_overlay_columns *columns, const pp_overlay_item *item,
                             uint32_t frames)
{
    columns->count = 0;
    add_ms(columns, item->self_ns / frames, true);
    pp_overlay_format_count(columns->text[columns->count++], (double)item->count / frames);
    pp_overlay_format_count(columns->text[columns->count++], (double)item->pixels / frames);
}

void pp_overlay_late_line(char *out, const pp_overlay_stats *stats)
{
    int used = snprintf(out, PP_OVERLAY_LINE_BYTES, "%" PRIu32 " of %" PRIu32 "%s", stats->late,
                        stats->frames, stats->late == 0 ? " frames" : "");
    const char *between = ": ";
    for (int jank = PP_JANK_NONE + 1; jank < PP_JANK_COUNT; jank++) {
        if (stats->late_by[jank] == 0)
            continue;
        used += snprintf(out + used, PP_OVERLAY_LINE_BYTES - (size_t)used, "%s%s %" PRIu32, between,
                         pp_jank_name((pp_jank)jank), stats->late_by[jank]);
        between = ", ";
    }
}

void pp_overlay_worst_line(char *out, const pp_overlay_worst *worst)
{
    char ms[PP_OVERLAY_NUMBER_BYTES];
    pp_overlay_format_ms(ms, worst->total_ns);
    if (worst->frames_ago == 0)
        snprintf(out, PP_OVERLAY_LINE_BYTES, "%s ms, the last frame", ms);
    else
        snprintf(out, PP_OVERLAY_LINE_BYTES, "%s ms, %" PRIu32 " frame%s ago", ms,
                 worst->frames_ago, worst->frames_ago == 1 ? "" : "s");
}

/* How late a frame began after it was asked for. */
static uint64_t waited_ns(const pp_frame *frame)
{
    bool known = frame->asked_ns >= 0 && (uint64_t)frame->asked_ns < frame->start_ns;
    return known ? frame->start_ns - (uint64_t)frame->asked_ns : 0;
}

static void cause_by_time(char *out, const char *what, uint64_t ns)
{
    char ms[PP_OVERLAY_NUMBER_BYTES];
    pp_overlay_format_ms(ms, ns);
    snprintf(out, PP_OVERLAY_LINE_BYTES, "%s %s ms", what, ms);
}

static void cause_by_painter(char *out, const pp_overlay_worst *worst, size_t cells)
{
    char name[PP_OVERLAY_LINE_BYTES / 2], ms[PP_OVERLAY_NUMBER_BYTES];
    const char *class = worst->frame.jank == PP_JANK_PAINT ? "paint, " : "";
    if (worst->painter.site == NULL) {
        cause_by_time(out, "outside zones", worst->frame.work_ns);
        return;
    }
    pp_overlay_format_ms(ms, worst->painter.self_ns);
    size_t rest = strlen(class) + strlen(" ") + strlen(ms) + strlen(" ms");
    pp_overlay_elide(name, sizeof name, worst->painter.site->name, cells > rest ? cells - rest : 0);
    snprintf(out, PP_OVERLAY_LINE_BYTES, "%s%s %s ms", class, name, ms);
}

void pp_overlay_cause_line(char *out, const pp_overlay_worst *worst, size_t cells)
{
    const pp_frame *frame = &worst->frame;
    if (frame->jank == PP_JANK_FLUSH)
        cause_by_time(out, "flush", frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0);
    else if (frame->jank == PP_JANK_GPU)
        cause_by_time(out, "gpu", frame->gpu_ns > 0 ? (uint64_t)frame->gpu_ns : 0);
    else if (frame->jank == PP_JANK_EVENT)
        cause_by_time(out, "event, began late by", waited_ns(frame));
    else
        cause_by_painter(out, worst, cells);
}
