/* sink/report_flags.c: the red flags of a report. */
#include "sink/report_flags.h"

#include "sink/report_data.h"
#include "sink/report_table.h"

#include <stdlib.h>

void pp_put_flags(pp_buffer *text, const pp_flag_list *list)
{
    if (list->count > 0)
        pp_buffer_text(text, "\nred flags (docs/red-flags.md)\n");
    for (size_t i = 0; i < list->count; i++) {
        const pp_flag *flag = &list->flags[i];
        pp_buffer_text(text, "  ");
        pp_buffer_text(text, flag->rule);
        pp_buffer_text(text, "\n    ");
        pp_put_readable(text, flag->evidence);
        pp_buffer_text(text, "\n    remedy: ");
        pp_buffer_text(text, flag->remedy);
        pp_buffer_text(text, "\n");
    }
}

/* The flags of what the report saw; NULL without memory, which the output then says. */
static pp_flag_list *find_flags(pp_buffer *out, const pp_report *report)
{
    pp_flag_list *list = malloc(sizeof *list);
    if (list && pp_flag_watch_find(&report->watch, list))
        return list;
    free(list);
    out->failed = true;
    return NULL;
}

void pp_report_add_flags(pp_buffer *text, const pp_report *report)
{
    pp_flag_list *list = find_flags(text, report);
    if (list)
        pp_put_flags(text, list);
    free(list);
}

void pp_report_add_flags_json(pp_buffer *json, const pp_report *report)
{
    pp_flag_list *list = find_flags(json, report);
    if (list)
        pp_flags_json(json, list);
    free(list);
}
