/* flags/flags.c: the table of rules, and their findings as JSON. */
#include "flags/flags.h"

#include "base/base.h"
#include "flags/rules.h"

#include <string.h>

static const pp_rule rules[] = {
    {"items-one-by-one",
     "make one item that draws them all, or hand them over as one array: then a call costs what "
     "one "
     "item cost",
     pp_rule_items_one_by_one},
    {"step-per-item",
     "do it once for all of them with arrays: sort once and merge or search in it, and build no "
     "object or map per item",
     pp_rule_steps_per_item},
    {"path-rebuilt",
     "keep the path and rebuild it only when its data change; pan and zoom by a transform",
     pp_rule_path},
    {"whole-window-repaint",
     "ask for a repaint of what changed only: update(rect) or the item's own update(), and no full "
     "viewport updates",
     pp_rule_whole_window},
    {"removal-one-by-one",
     "remove the group or the batch item that holds them, or block updates and remove them in one "
     "call",
     pp_rule_removal},
    {"round-trip-per-item", "send all items in one message and wait for one reply",
     pp_rule_round_trips},
    {"client-building",
     "speed up the client's own building before anything else: what it waits for is the smaller "
     "part",
     pp_rule_client_building},
    {"slower-than-usual",
     "look at what else happens in this step: it takes longer than such a step does",
     pp_rule_unusual},
};

bool pp_flags_find(const pp_flag_facts *facts, pp_flag_list *out)
{
    out->count = 0;
    for (size_t i = 0; i < PP_COUNT_OF(rules); i++)
        if (!rules[i].find(&rules[i], facts, out))
            return false;
    return true;
}

void pp_flag_add(pp_flag_list *out, const pp_rule *rule, const char *label, const char *evidence,
                 ...)
{
    if (out->count == PP_FLAGS_MAX)
        return;
    pp_flag *flag = &out->flags[out->count++];
    flag->rule = rule->name;
    flag->remedy = rule->remedy;
    pp_format(flag->label, sizeof flag->label, "%s", label);
    va_list args;
    va_start(args, evidence);
    pp_vformat(flag->evidence, sizeof flag->evidence, evidence, args);
    va_end(args);
}

/* ---- Output --------------------------------------------------------------------------------- */

static void put_member(pp_buffer *out, const char *key, const char *value)
{
    pp_buffer_json(out, key);
    pp_buffer_text(out, ":");
    pp_buffer_json(out, value);
}

void pp_flags_json(pp_buffer *out, const pp_flag_list *list)
{
    pp_buffer_text(out, "[");
    for (size_t i = 0; i < list->count; i++) {
        const pp_flag *flag = &list->flags[i];
        pp_buffer_text(out, i > 0 ? ",{" : "{");
        put_member(out, "flag", flag->rule);
        pp_buffer_text(out, ",");
        put_member(out, "label", flag->label);
        pp_buffer_text(out, ",");
        put_member(out, "evidence", flag->evidence);
        pp_buffer_text(out, ",");
        put_member(out, "remedy", flag->remedy);
        pp_buffer_text(out, "}");
    }
    pp_buffer_text(out, "]");
}
