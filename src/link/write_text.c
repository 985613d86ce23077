/* link/write_text.c: what was joined, for people. */
#include "base/base.h"
#include "link/model.h"
#include "sink/report_data.h"
#include "sink/report_flags.h"
#include "sink/report_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_SHOWN = 20, NAME_CELLS = 44, ID_CELLS = 8 };

static double ms_of(int64_t ns)
{
    return (double)ns / 1e6;
}

/* ---- Files and clocks ----------------------------------------------------------------------- */

static void put_file(pp_buffer *text, const char *role, const pp_link *link, uint32_t number,
                     const char *what)
{
    if (number >= link->file_count)
        return;
    const pp_link_file *file = &link->files[number];
    pp_put_format(text, "%-8s", role);
    pp_put_readable(text, what ? what : "?");
    pp_buffer_text(text, "  (");
    pp_put_readable(text, file->path);
    if (file->host[0]) {
        pp_buffer_text(text, ", ");
        pp_put_readable(text, file->host);
    }
    pp_buffer_text(text, file->is_log ? ", a log)\n" : ")\n");
}

static void put_choice(pp_buffer *text, const pp_link *link, const pp_link_result *first)
{
    if (!link->call_step)
        return;
    pp_buffer_text(text, "call    ");
    pp_put_readable(text, link->call_step);
    pp_put_format(text, ": %s\n", link->call_reason);
    pp_buffer_text(text, "        the client is ");
    pp_put_readable(text, link->files[first->client_file].path);
    pp_put_format(text, ": %s\n", link->role_reason);
    if (first->call.times.transport_ns == PP_LINK_UNKNOWN)
        pp_buffer_text(text,
                       "        the server's total is longer than that step: no transport can "
                       "be told\n");
}

static void put_clock(pp_buffer *text, const pp_link_pairing *pairing, bool is_one_boot_expected)
{
    const pp_link_clock *clock = &pairing->clock;
    if (pairing->is_one_boot) {
        pp_buffer_text(text, "clocks  one: both were recorded in one boot of one machine\n");
        return;
    }
    if (!pairing->is_known) {
        pp_buffer_text(text, "clocks  two, and no request with a reply tells their offset\n");
        return;
    }
    if (is_one_boot_expected)
        pp_buffer_text(text, "        the boot is the same, but the clocks are not\n");
    pp_put_format(text,
                  "clocks  two: the server's is %+.6f ms beside the client's, +-%.6f ms, by %zu "
                  "requests",
                  ms_of(clock->offset_ns), ms_of(clock->uncertainty_ns), clock->exchanges);
    if (clock->drift != 0)
        pp_put_format(text, "; it drifts by %+.3f ppm", clock->drift * 1e6);
    pp_buffer_text(text, "\n        (sums of both ways do not depend on that)\n");
}

static void put_clocks(pp_buffer *text, const pp_link *link)
{
    for (size_t i = 0; i < link->pairing_count; i++) {
        const pp_link_pairing *pairing = &link->pairings[i];
        const char *boot = link->files[pairing->client].boot_id;
        put_clock(text, pairing,
                  boot[0] && strcmp(boot, link->files[pairing->server].boot_id) == 0);
    }
}

static void put_losses(pp_buffer *text, const pp_link *link)
{
    for (size_t i = 0; i < link->file_count; i++) {
        if (link->files[i].lost == 0)
            continue;
        pp_buffer_text(text, "note    ");
        pp_put_readable(text, link->files[i].path);
        pp_put_format(text, ": %" PRIu64 " records are missing\n", link->files[i].lost);
    }
}

/* ---- The sum -------------------------------------------------------------------------------- */

typedef struct row {
    const char *name;
    int64_t ns;
    bool is_known_only; /* left out where it is unknown */
    const char *label;
} row;

static void put_row(pp_buffer *text, const row *r, int64_t whole_ns)
{
    bool is_known = r->ns != PP_LINK_UNKNOWN;
    if (!is_known && r->is_known_only)
        return;
    pp_put_format(text, "  %-34s", r->name);
    if (!is_known)
        pp_buffer_text(text, "     unknown");
    else
        pp_put_format(text, "%12.3f", ms_of(r->ns));
    if (is_known && whole_ns > 0)
        pp_put_format(text, "  %5.1f %%", 100 * (double)r->ns / (double)whole_ns);
    if (r->label) {
        pp_buffer_text(text, "  ");
        pp_put_readable(text, r->label);
    }
    pp_buffer_text(text, "\n");
}

static void put_sum(pp_buffer *text, const pp_link_times *t, uint64_t calls)
{
    const row rows[] = {
        {"client total", t->client_ns, false, NULL},
        {"  client's own work", t->client_own_ns, false, NULL},
        {"    of that, its largest step", t->largest_own_ns, true, t->largest_own_label},
        {"  transport", t->transport_ns, false, NULL},
        {"    there", t->request_transport_ns, true, NULL},
        {"    back", t->reply_transport_ns, true, NULL},
        {"  wait before handling", t->wait_ns, false, NULL},
        {"  server total", t->server_ns, false, NULL},
        {"    of that, after the reply",
         t->server_after_reply_ns > 0 ? t->server_after_reply_ns : PP_LINK_UNKNOWN, true, NULL},
        {"  wait before the reply", t->reply_wait_ns, true, NULL},
        {"  requests nobody recorded", t->unmatched_ns, true, NULL},
        {"handled to frame on screen", t->to_screen_ns, false, NULL},
        {"client's begin to frame on screen", t->end_to_end_ns, true, NULL},
    };
    pp_put_format(text, "\n%" PRIu64 " %s, %" PRIu64 " %s; ms\n", calls,
                  calls == 1 ? "call" : "calls", t->requests,
                  t->requests == 1 ? "request" : "requests");
    for (size_t i = 0; i < PP_COUNT_OF(rows); i++)
        put_row(text, &rows[i], t->client_ns);
}

/* ---- Calls ---------------------------------------------------------------------------------- */

static void put_cell(pp_table *table, int64_t ns)
{
    if (ns == PP_LINK_UNKNOWN)
        pp_table_text(table, "-");
    else
        pp_table_format(table, "%.3f", ms_of(ns));
}

static void put_call(pp_table *table, const pp_link_result *result)
{
    const pp_link_call *call = &result->call;
    const pp_link_times *t = &call->times;
    pp_table_format(table, "%.8s", call->trace_id[0] ? call->trace_id : "-");
    pp_table_text(table, call->client);
    put_cell(table, t->client_ns);
    put_cell(table, t->client_own_ns);
    put_cell(table, t->request_transport_ns != PP_LINK_UNKNOWN ? t->request_transport_ns
                                                               : t->transport_ns);
    put_cell(table, t->wait_ns);
    put_cell(table, t->server_ns);
    put_cell(table, t->reply_transport_ns);
    put_cell(table, t->to_screen_ns);
    if (call->frame > 0)
        pp_table_u64(table, call->frame);
    else
        pp_table_text(table, "-");
    pp_table_text(table, t->largest_own_label ? t->largest_own_label : "-");
}

static void put_calls(pp_buffer *text, const pp_link *link)
{
    static const pp_table_column columns[] = {
        {"trace", true, ID_CELLS},
        {"client", true, NAME_CELLS},
        {"total ms", false, 0},
        {"own", false, 0},
        {"there", false, 0},
        {"wait", false, 0},
        {"server", false, 0},
        {"back", false, 0},
        {"to screen", false, 0},
        {"frame", false, 0},
        {"largest own step", true, NAME_CELLS},
    };
    if (link->result_count < 2)
        return;
    pp_table table = {.columns = columns, .column_count = PP_COUNT_OF(columns)};
    for (size_t i = 0; i < link->result_count && i < CALLS_SHOWN; i++)
        put_call(&table, &link->results[i]);
    pp_buffer_text(text, "\ncalls, in the order in which they began\n");
    pp_table_write(&table, text, "  ");
    if (link->result_count > CALLS_SHOWN)
        pp_put_format(text, "  and %zu more\n", link->result_count - CALLS_SHOWN);
}

int pp_link_write_text(const pp_link *link, pp_text_fn write, void *user)
{
    pp_buffer text = {0};
    uint64_t calls = 0;
    const pp_link_result *first = NULL;
    for (size_t i = 0; i < link->result_count; i++) {
        calls += link->results[i].is_root;
        first = !first && link->results[i].is_root ? &link->results[i] : first;
    }
    if (first) {
        put_file(&text, "client", link, first->client_file, first->call.client);
        put_file(&text, "server", link, first->server_file, first->call.server);
        put_choice(&text, link, first);
    }
    put_clocks(&text, link);
    put_losses(&text, link);
    put_sum(&text, &link->total, calls);
    pp_buffer_text(&text, "\n");
    pp_put_readable(&text, link->sentence);
    pp_buffer_text(&text, "\n");
    put_calls(&text, link);
    pp_put_flags(&text, &link->flags);
    return pp_report_deliver(&text, write, user);
}
