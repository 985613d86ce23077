/* flags/rules_calls.c: rules about calls between processes. */
#include "flags/rules.h"

static const double trips_per_call = 10;
static const double building_least_ms = 5; /* per call: less is not worth a word */

bool pp_rule_round_trips(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    const pp_flag_calls *calls = &facts->calls;
    if (calls->calls == 0)
        return true;
    double trips = (double)calls->round_trips / (double)calls->calls;
    bool is_batched = calls->items > 0 && calls->round_trips < calls->items / 2;
    if (trips < trips_per_call || is_batched)
        return true;
    if (calls->items > 0)
        pp_flag_add(out, rule, calls->call_label, "`%.100s`: %llu round trips for %llu items",
                    calls->call_label, (unsigned long long)calls->round_trips,
                    (unsigned long long)calls->items);
    else
        pp_flag_add(out, rule, calls->call_label, "`%.100s`: %.0f round trips in one call",
                    calls->call_label, trips);
    return true;
}

bool pp_rule_client_building(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    const pp_flag_calls *calls = &facts->calls;
    if (calls->calls == 0 || calls->client_ns == 0)
        return true;
    bool is_small = pp_flag_ms(calls->client_ns) < building_least_ms * (double)calls->calls;
    bool is_most = calls->client_own_ns >= calls->client_ns / 2;
    bool is_one_step = calls->own_label_ns >= calls->client_own_ns / 2;
    if (!is_small && is_most && is_one_step)
        pp_flag_add(out, rule, calls->own_label,
                    "`%.100s`: %.2f of the client's %.2f ms (%.0f %%); it waits for the other side "
                    "for %.2f ms",
                    calls->own_label, pp_flag_ms(calls->own_label_ns), pp_flag_ms(calls->client_ns),
                    100 * (double)calls->own_label_ns / (double)calls->client_ns,
                    pp_flag_ms(calls->client_ns - calls->client_own_ns));
    return true;
}
