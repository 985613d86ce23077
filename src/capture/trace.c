/* capture/trace.c: zones that belong to a trace, moments of its requests, frames that show it. */
#include "base/random.h"
#include "capture/state.h"

#include <paintprof/gate.h>
#include <paintprof/trace.h>
#include <string.h>

static void fill_random(uint8_t *bytes, size_t count)
{
    for (size_t at = 0; at < count; at += sizeof(uint64_t)) {
        uint64_t random = pp_random();
        memcpy(bytes + at, &random, sizeof random);
    }
    bytes[count - 1] |= bytes[0] == 0; /* all 0 would be no id */
}

pp_trace pp_trace_new(void)
{
    pp_trace trace = {.flags = 1};
    fill_random(trace.trace_id, sizeof trace.trace_id);
    return trace;
}

bool pp_trace_is_valid(const pp_trace *trace)
{
    static const uint8_t none[sizeof trace->trace_id];
    return memcmp(trace->trace_id, none, sizeof none) != 0;
}

/* The words that a record has of ids: their bytes as they are. */
static void put_ids(uint64_t words[3], const pp_trace *trace)
{
    memcpy(words, trace->trace_id, sizeof trace->trace_id);
    memcpy(words + 2, trace->span_id, sizeof trace->span_id);
}

pp_trace pp_zone_trace(const pp_zone *zone, const pp_trace *context, pp_trace_role role)
{
    pp_trace passed_on = *context;
    if (zone->word == 0 || !pp_trace_is_valid(context))
        return passed_on;
    uint64_t words[5];
    put_ids(words, context);
    fill_random(passed_on.span_id, sizeof passed_on.span_id);
    memcpy(&words[3], passed_on.span_id, sizeof passed_on.span_id);
    words[4] = (uint64_t)context->flags << 8 | ((uint64_t)role & 0xff);
    pp_write_extended(PP_EXT_TRACE_SPAN, words, 5);
    return passed_on;
}

/* As zones: while the gate is open and a capture runs. */
static bool is_recorded(const pp_trace *trace)
{
    return pp_capture_generation() && pg_profile_enabled() && pp_trace_is_valid(trace);
}

void pp_trace_note(const pp_trace *asked, pp_trace_point point, uint64_t at_ns)
{
    if (!is_recorded(asked))
        return;
    uint64_t words[5];
    put_ids(words, asked);
    words[3] = (uint64_t)point;
    words[4] = at_ns;
    pp_write_extended(PP_EXT_TRACE_POINT, words, 5);
}

void pp_frame_shows_trace(const pp_window *window, const pp_trace *context)
{
    if (!is_recorded(context))
        return;
    uint64_t words[4];
    put_ids(words, context);
    words[3] = window ? pp_window_number(window) : 0;
    pp_write_extended(PP_EXT_TRACE_SHOWN, words, 4);
}
