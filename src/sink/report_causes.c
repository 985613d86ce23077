/* sink/report_causes.c: who was painted, and why, as text: the first screen of a probe's report. */
#include "base/base.h"
#include "sink/report_data.h"
#include "sink/report_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_CELLS = 36, CAUSE_CELLS = 76, KIND_CELLS = 8, KIND_BYTES = 32 };
enum { CAUSES_SHOWN = 3, UNPAINTED_SHOWN = 8, EVENTS_SHOWN = 8, CLASSES_SHOWN = 3, EACH_SHOWN = 3 };
enum { FINDINGS_SHOWN = 12 };

static const char indent[] = "  ";

static double ms_of(uint64_t ns)
{
    return (double)ns / 1e6;
}

/* ---- Cells ----------------------------------------------------------------------------------- */

/* "Timer to Ticker \"t\", by Ticker::tick() (app)". The caller frees it; NULL without memory. */
static char *cause_text(const char *event, const char *receiver, const char *caller)
{
    pp_buffer text = {0};
    pp_buffer_text(&text, *event ? event : *receiver || *caller ? "" : "not known");
    if (*receiver) {
        pp_buffer_text(&text, *event ? " to " : "in ");
        pp_buffer_text(&text, receiver);
    }
    if (*caller) {
        pp_buffer_text(&text, text.size_bytes ? ", by " : "by ");
        pp_buffer_text(&text, caller);
    }
    pp_buffer_add(&text, "", 1);
    if (text.failed) {
        free(text.data);
        return NULL;
    }
    return text.data;
}

static void add_cause(pp_table *table, const pp_cause_total *row)
{
    char *text = cause_text(row->event, row->receiver, row->caller);
    pp_table_text(table, text ? text : "");
    table->failed |= !text;
    free(text);
}

static void add_waste(pp_table *table, const pp_waste_total *waste)
{
    double share;
    if (pp_report_waste(waste, &share))
        pp_table_format(table, "%.0f%% of %" PRIu64, 100 * share, waste->sampled);
    else
        pp_table_text(table, "-");
}

/* ---- What is worth a look ------------------------------------------------------------------- */

static void put_painter(pp_buffer *text, const pp_site_info *site)
{
    char room[KIND_BYTES];
    pp_put_readable(text, site->name);
    pp_put_format(text, " (%s)", pp_report_kind(site, room, sizeof room));
}

/* The evidence of a painter's finding, of its worst cause alone where causes are known. */
static void put_evidence(pp_buffer *text, const pp_finding *finding)
{
    const pp_report_painter *painter = finding->painter;
    const pp_cause_total *row = finding->cause;
    const pp_waste_total *waste = row ? &row->waste : &painter->noted->waste;
    uint64_t paints = row ? row->paints : painter->noted->paints;
    uint64_t pixels = row ? row->pixels : painter->pixels;
    double covered = 100 * pp_report_ratio(waste->covered, waste->sampled);
    double unchanged = 100 * pp_report_ratio(waste->unchanged, waste->sampled);
    uint64_t each = painter->count ? painter->self_ns / painter->count : 0;
    switch (finding->kind) {
    case PP_FINDING_COVERED:
        pp_put_format(text, "painted %" PRIu64 " times under others: %.0f%% of it was covered",
                      paints, covered);
        break;
    case PP_FINDING_UNCHANGED:
        pp_put_format(text, "painted %" PRIu64 " times, and less than 0.1%% of it changed", paints);
        break;
    case PP_FINDING_SMALL_CHANGE:
        pp_put_format(text,
                      "painted %" PRIu64 " times, %" PRIu64
                      " pixels each, for a change in %.1f%% of them",
                      paints, paints ? pixels / paints : 0, 100 - unchanged);
        break;
    case PP_FINDING_UNPAINTED:
        pp_put_format(text, "%" PRIu64 " updates led to no paint", painter->noted->unpainted);
        break;
    default:
        pp_put_format(text,
                      "%" PRIu64 " of them, painted one by one %" PRIu64 " times, %.4f ms each",
                      painter->noted->instances, painter->count, ms_of(each));
    }
    if (finding->kind <= PP_FINDING_SMALL_CHANGE)
        pp_put_format(text, " (estimate from %" PRIu64 " pixels)", waste->sampled);
    if (finding->cost_ns > 0)
        pp_put_format(text, "; %.3f ms", ms_of(finding->cost_ns));
}

static void put_slow(pp_buffer *text, const pp_event_total *event)
{
    pp_put_readable(text, *event->receiver ? event->receiver : "a receiver that is not known");
    pp_put_format(text,
                  ": its handler of %s took longer than a frame may %" PRIu64 " of %" PRIu64
                  " times; %.3f ms, at most %.3f",
                  *event->event ? event->event : "events", event->late, event->count,
                  ms_of(event->self_ns), ms_of(event->max_self_ns));
}

static void put_asked_by(pp_buffer *text, const pp_cause_total *row)
{
    char *cause = cause_text(row->event, row->receiver, row->caller);
    pp_buffer_text(text, "\n      asked for: ");
    pp_put_readable(text, cause ? cause : "");
    text->failed |= !cause;
    free(cause);
}

static void add_findings(pp_buffer *text, const pp_report *report,
                         const pp_report_painters *painters)
{
    size_t count;
    pp_finding *findings = pp_report_find(report, painters, &count);
    if (count > 0)
        pp_buffer_text(text, "\nwasteful\n");
    for (size_t i = 0; i < count && i < FINDINGS_SHOWN; i++) {
        pp_buffer_text(text, indent);
        if (findings[i].event) {
            put_slow(text, findings[i].event);
        } else {
            put_painter(text, findings[i].painter->site);
            pp_buffer_text(text, ": ");
            put_evidence(text, &findings[i]);
        }
        if (findings[i].cause)
            put_asked_by(text, findings[i].cause);
        pp_buffer_text(text, "\n");
    }
    if (count > FINDINGS_SHOWN)
        pp_put_format(text, "  and %zu more: --json has all\n", count - FINDINGS_SHOWN);
    free(findings);
}

/* ---- Painters and causes --------------------------------------------------------------------- */

static void begin_row(pp_table *table, const pp_report_painter *painter, bool is_first)
{
    char room[KIND_BYTES];
    pp_table_text(table, is_first ? painter->site->name : "");
    pp_table_text(table, is_first ? pp_report_kind(painter->site, room, sizeof room) : "");
}

/* Why it was painted where it was not asked for. */
static const char *rest_text(const pp_report *report, const pp_report_painter *painter)
{
    char room[KIND_BYTES];
    if (report->causes.causes.count == 0)
        return "not recorded";
    if (painter->row_count == 0 &&
        strcmp(pp_report_kind(painter->site, room, sizeof room), "quick") == 0)
        return "a part of its window's frames";
    return "itself not asked for: shown, or painted along with others";
}

/* What a painter did without a cause of its own. */
static void add_rest(pp_table *table, const pp_report *report, const pp_report_painter *painter,
                     bool is_first)
{
    uint64_t asked = painter->noted ? painter->noted->paints_asked : 0;
    uint64_t self_ns = 0, pixels = 0;
    for (size_t i = 0; i < painter->row_count; i++) {
        self_ns += painter->rows[i]->self_ns;
        pixels += painter->rows[i]->pixels;
    }
    if (painter->count <= asked)
        return;
    begin_row(table, painter, is_first);
    pp_table_u64(table, painter->count - asked);
    pp_table_format(table, "%.3f",
                    ms_of(painter->self_ns > self_ns ? painter->self_ns - self_ns : 0));
    pp_table_u64(table, painter->pixels > pixels ? painter->pixels - pixels : 0);
    if (asked == 0 && painter->noted)
        add_waste(table, &painter->noted->waste);
    else
        pp_table_text(table, "-");
    pp_table_text(table, rest_text(report, painter));
}

static void add_painter(pp_table *table, const pp_report *report, const pp_report_painter *painter)
{
    size_t shown = 0, left = 0;
    for (size_t i = 0; i < painter->row_count; i++) {
        const pp_cause_total *row = painter->rows[i];
        if (row->paints == 0)
            continue;
        if (shown == CAUSES_SHOWN) {
            left++;
            continue;
        }
        begin_row(table, painter, shown++ == 0);
        pp_table_u64(table, row->paints);
        pp_table_format(table, "%.3f", ms_of(row->self_ns));
        pp_table_u64(table, row->pixels);
        add_waste(table, &row->waste);
        add_cause(table, row);
    }
    if (left > 0) {
        for (size_t column = 0; column + 1 < table->column_count; column++)
            pp_table_text(table, "");
        pp_table_format(table, "and %zu more causes", left);
    }
    add_rest(table, report, painter, shown == 0);
}

static void add_painters(pp_buffer *text, const pp_report *report,
                         const pp_report_painters *painters)
{
    static const pp_table_column columns[] = {
        {"painter", true, NAME_CELLS}, {"kind", true, KIND_CELLS},
        {"paints", false, 0},          {"self ms", false, 0},
        {"pixels", false, 0},          {"not needed", false, KIND_CELLS},
        {"cause", true, CAUSE_CELLS},
    };
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    size_t painted = 0;
    for (size_t i = 0; i < painters->count; i++) {
        if (painters->items[i].count == 0)
            continue;
        if (painted++ < report->top_sites)
            add_painter(&table, report, &painters->items[i]);
    }
    if (painted == 0) {
        pp_buffer_text(text, "\nnothing was painted\n");
        return;
    }
    pp_buffer_text(text, "\nwho was painted, by self time, and why; not needed: covered or "
                         "unchanged, of so many sampled pixels\n");
    pp_table_write(&table, text, indent);
    if (painted > report->top_sites)
        pp_put_format(text, "  and %zu more: --top %zu shows all\n", painted - report->top_sites,
                      painted);
}

/* ---- Updates without a paint ----------------------------------------------------------------- */

static int by_unpainted(const void *left, const void *right)
{
    const pp_cause_total *a = *(const pp_cause_total *const *)left;
    const pp_cause_total *b = *(const pp_cause_total *const *)right;
    if (a->unpainted != b->unpainted)
        return a->unpainted > b->unpainted ? -1 : 1;
    return strcmp(a->site->name, b->site->name);
}

static void add_unpainted(pp_buffer *text, const pp_report *report)
{
    static const pp_table_column columns[] = {{"painter", true, NAME_CELLS},
                                              {"kind", true, KIND_CELLS},
                                              {"updates", false, 0},
                                              {"cause", true, CAUSE_CELLS}};
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    size_t all = report->causes.causes.count, count = 0;
    const pp_cause_total **rows = calloc(all + 1, sizeof(const pp_cause_total *));
    for (size_t i = 0; rows && i < all; i++)
        if (pp_causes_row_at(&report->causes, i)->unpainted > 0)
            rows[count++] = pp_causes_row_at(&report->causes, i);
    text->failed |= !rows;
    if (count > 0) {
        qsort(rows, count, sizeof *rows, by_unpainted);
        for (size_t i = 0; i < count && i < UNPAINTED_SHOWN; i++) {
            char room[KIND_BYTES];
            pp_table_text(&table, rows[i]->site->name);
            pp_table_text(&table, pp_report_kind(rows[i]->site, room, sizeof room));
            pp_table_u64(&table, rows[i]->unpainted);
            add_cause(&table, rows[i]);
        }
        pp_buffer_text(text, "\nupdates that led to no paint\n");
        pp_table_write(&table, text, indent);
        if (count > UNPAINTED_SHOWN)
            pp_put_format(text, "  and %zu more\n", count - UNPAINTED_SHOWN);
    }
    free(rows);
}

/* ---- Events and instances -------------------------------------------------------------------- */

static void add_events(pp_buffer *text, const pp_report *report)
{
    static const pp_table_column columns[] = {
        {"receiver", true, NAME_CELLS},
        {"event", true, NAME_CELLS},
        {"count", false, 0},
        {"late", false, 0},
        {"self ms", false, 0},
        {"max ms", false, 0},
        {"with all inside", false, 0},
    };
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    size_t count;
    const pp_event_total **events = pp_report_sort_events(report, &count);
    for (size_t i = 0; i < count && i < EVENTS_SHOWN; i++) {
        pp_table_text(&table, *events[i]->receiver ? events[i]->receiver : "?");
        pp_table_text(&table, *events[i]->event ? events[i]->event : "?");
        pp_table_u64(&table, events[i]->count);
        pp_table_u64(&table, events[i]->late);
        pp_table_format(&table, "%.3f", ms_of(events[i]->self_ns));
        pp_table_format(&table, "%.3f", ms_of(events[i]->max_self_ns));
        pp_table_format(&table, "%.3f", ms_of(events[i]->total_ns));
    }
    if (count > 0) {
        pp_buffer_text(text, "\nevent handlers that ran long, frames in them not counted; late: "
                             "longer than a frame may take\n");
        pp_table_write(&table, text, indent);
    }
    if (count > EVENTS_SHOWN)
        pp_put_format(text, "  and %zu more\n", count - EVENTS_SHOWN);
    free(events);
}

/* The slowest instances of one painter, of which there are several. */
static void add_class(pp_table *table, const pp_report_painter *painter,
                      const pp_instance_total **instances, size_t count)
{
    size_t shown = 0;
    for (size_t i = 0; i < count && shown < EACH_SHOWN; i++) {
        if (instances[i]->site != painter->site)
            continue;
        pp_table_text(table, shown++ == 0 ? painter->site->name : "");
        pp_table_format(table, "%" PRIu32 " of %" PRIu64 "%s", instances[i]->object,
                        painter->noted->instances, painter->noted->other_paints ? "+" : "");
        pp_table_u64(table, instances[i]->count);
        pp_table_format(table, "%.3f", ms_of(instances[i]->self_ns));
        pp_table_format(table, "%.4f", ms_of(instances[i]->self_ns / instances[i]->count));
        pp_table_format(table, "%.4f", ms_of(instances[i]->max_ns));
    }
}

static void add_instances(pp_buffer *text, const pp_report *report,
                          const pp_report_painters *painters)
{
    static const pp_table_column columns[] = {
        {"painter", true, NAME_CELLS}, {"instance", false, 0}, {"paints", false, 0},
        {"self ms", false, 0},         {"mean ms", false, 0},  {"max ms", false, 0},
    };
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    size_t count, classes = 0;
    const pp_instance_total **instances = pp_report_sort_instances(report, &count);
    for (size_t i = 0; i < painters->count && classes < CLASSES_SHOWN; i++) {
        const pp_report_painter *painter = &painters->items[i];
        if (!painter->noted || painter->noted->instances < 2)
            continue;
        add_class(&table, painter, instances, count);
        classes++;
    }
    if (classes > 0) {
        pp_buffer_text(text, "\nslowest instances\n");
        pp_table_write(&table, text, indent);
    }
    free(instances);
}

/* ---- All ------------------------------------------------------------------------------------- */

void pp_report_add_causes(pp_buffer *text, const pp_report *report, const pp_reader *reader)
{
    pp_report_painters painters = pp_report_list_painters(report, reader);
    add_findings(text, report, &painters);
    add_painters(text, report, &painters);
    add_unpainted(text, report);
    add_events(text, report);
    add_instances(text, report, &painters);
    pp_put_format(text, "\n%-13s%.3f ms of the profiler's own\n", "overhead",
                  ms_of(pp_report_overhead(report, reader)));
    text->failed |= painters.failed;
    pp_report_free_painters(&painters);
}
