/* sink/report_causes_json.c: who was painted, and why, as members of the report's JSON object. */
#include "base/base.h"
#include "sink/json.h"
#include "sink/report_data.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_BYTES = 32, NAME_BYTES = 512, INSTANCES_LISTED = 100 };

/* ---- Parts ----------------------------------------------------------------------------------- */

/* `Class "name"` as two members. */
static void put_class_and_name(pp_buffer *json, const char *name)
{
    char part[NAME_BYTES];
    const char *quote = strstr(name, " \"");
    size_t size = strlen(name);
    if (quote && name[size - 1] == '"' && quote + 2 < name + size) {
        pp_format(part, sizeof part, "%.*s", (int)(quote - name), name);
        pp_json_text(json, "class", part);
        pp_format(part, sizeof part, "%.*s", (int)(name + size - 1 - (quote + 2)), quote + 2);
        pp_json_text(json, "name", part);
    } else {
        pp_json_text(json, "class", name);
        pp_json_text(json, "name", "");
    }
}

static void put_waste(pp_buffer *json, const pp_waste_total *waste)
{
    double share;
    pp_json_u64(json, "sampled", waste->sampled);
    if (!pp_report_waste(waste, &share)) {
        pp_json_open(json, "unneeded_share", "null");
        return;
    }
    pp_json_u64(json, "unchanged", waste->unchanged);
    pp_json_u64(json, "covered", waste->covered);
    pp_json_double(json, "unneeded_share", share);
}

static void put_cause_members(pp_buffer *json, const pp_cause_total *row)
{
    pp_json_text(json, "event", row->event);
    pp_json_text(json, "receiver", row->receiver);
    pp_json_text(json, "caller", row->caller);
}

static void put_painter(pp_buffer *json, const pp_report_painter *painter)
{
    static const pp_painter_total nothing;
    const pp_painter_total *noted = painter->noted ? painter->noted : &nothing;
    char room[KIND_BYTES];
    pp_json_open(json, NULL, "{");
    pp_json_text(json, "kind", pp_report_kind(painter->site, room, sizeof room));
    put_class_and_name(json, painter->site->name);
    pp_json_u64(json, "count", painter->count);
    pp_json_ms(json, "self_ms", painter->self_ns);
    pp_json_ms(json, "total_ms", painter->total_ns);
    pp_json_u64(json, "pixels", painter->pixels);
    pp_json_u64(json, "asked", noted->asked);
    pp_json_u64(json, "unpainted", noted->unpainted);
    pp_json_u64(json, "instances", noted->instances);
    put_waste(json, &noted->waste);
    pp_buffer_text(json, "}");
}

static void put_cause(pp_buffer *json, const pp_cause_total *row)
{
    pp_json_open(json, NULL, "{");
    pp_json_text(json, "painter", row->site->name);
    put_cause_members(json, row);
    pp_json_u64(json, "count", row->asked);
    pp_json_u64(json, "paints", row->paints);
    pp_json_u64(json, "unpainted", row->unpainted);
    pp_json_ms(json, "self_ms", row->self_ns);
    pp_json_u64(json, "pixels", row->pixels);
    put_waste(json, &row->waste);
    pp_buffer_text(json, "}");
}

static void put_causes(pp_buffer *json, const pp_report_painters *painters)
{
    pp_json_open(json, "causes", "[");
    for (size_t i = 0; i < painters->count; i++)
        for (size_t row = 0; row < painters->items[i].row_count; row++)
            put_cause(json, painters->items[i].rows[row]);
    pp_buffer_text(json, "]");
}

static void put_event(pp_buffer *json, const pp_event_total *event)
{
    pp_json_open(json, NULL, "{");
    pp_json_text(json, "receiver", event->receiver);
    pp_json_text(json, "event", event->event);
    pp_json_u64(json, "count", event->count);
    pp_json_u64(json, "late", event->late);
    pp_json_ms(json, "self_ms", event->self_ns);
    pp_json_ms(json, "max_ms", event->max_self_ns);
    pp_json_ms(json, "total_ms", event->total_ns);
    pp_buffer_text(json, "}");
}

static void put_instances(pp_buffer *json, const pp_report *report)
{
    size_t count;
    const pp_instance_total **instances = pp_report_sort_instances(report, &count);
    pp_json_open(json, "instances", "[");
    for (size_t i = 0; i < count && i < INSTANCES_LISTED; i++) {
        pp_json_open(json, NULL, "{");
        pp_json_text(json, "painter", instances[i]->site->name);
        pp_json_u64(json, "object", instances[i]->object);
        pp_json_u64(json, "count", instances[i]->count);
        pp_json_ms(json, "self_ms", instances[i]->self_ns);
        pp_json_ms(json, "max_ms", instances[i]->max_ns);
        pp_json_u64(json, "pixels", instances[i]->pixels);
        pp_buffer_text(json, "}");
    }
    pp_buffer_text(json, "]");
    free(instances);
}

static void put_finding(pp_buffer *json, const pp_finding *finding)
{
    pp_json_open(json, NULL, "{");
    pp_json_text(json, "kind", pp_finding_key(finding->kind));
    if (finding->painter) {
        pp_json_text(json, "painter", finding->painter->site->name);
        pp_json_u64(json, "unpainted", finding->painter->noted->unpainted);
        pp_json_u64(json, "instances", finding->painter->noted->instances);
    }
    if (finding->cause) {
        put_cause_members(json, finding->cause);
        pp_json_u64(json, "paints", finding->cause->paints);
        put_waste(json, &finding->cause->waste);
    }
    if (finding->event) {
        pp_json_text(json, "event", finding->event->event);
        pp_json_text(json, "receiver", finding->event->receiver);
        pp_json_u64(json, "count", finding->event->count);
        pp_json_u64(json, "late", finding->event->late);
    }
    pp_json_ms(json, "cost_ms", finding->cost_ns);
    pp_buffer_text(json, "}");
}

/* ---- All ------------------------------------------------------------------------------------- */

void pp_report_json_causes(pp_buffer *json, const pp_report *report, const pp_reader *reader)
{
    pp_report_painters painters = pp_report_list_painters(report, reader);
    size_t count;
    pp_json_open(json, "painters", "[");
    for (size_t i = 0; i < painters.count; i++)
        put_painter(json, &painters.items[i]);
    pp_buffer_text(json, "]");
    put_causes(json, &painters);

    const pp_event_total **events = pp_report_sort_events(report, &count);
    pp_json_open(json, "slow_events", "[");
    for (size_t i = 0; i < count; i++)
        put_event(json, events[i]);
    pp_buffer_text(json, "]");
    free(events);

    put_instances(json, report);
    pp_finding *findings = pp_report_find(report, &painters, &count);
    pp_json_open(json, "findings", "[");
    for (size_t i = 0; i < count; i++)
        put_finding(json, &findings[i]);
    pp_buffer_text(json, "]");
    free(findings);

    pp_json_ms(json, "overhead_ms", pp_report_overhead(report, reader));
    if (reader)
        pp_json_u64(json, "dropped", pp_reader_info(reader)->dropped);
    json->failed |= painters.failed;
    pp_report_free_painters(&painters);
}
