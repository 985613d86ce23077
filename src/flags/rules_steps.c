/* flags/rules_steps.c: rules about single steps: their time per item, and what is usual for them.
 *
 * The same step of several calls is one group; a number in its label makes it no other step. Where
 * a group was seen with several sizes, a line through (items, time) tells what grows from what is
 * fixed; where not, the time per item is all there is to go by. */
#include "flags/rules.h"

#include <stdlib.h>
#include <string.h>

static const double build_ms_per_item = 0.05, create_ms_per_item = 1;
static const double least_ms = 1; /* of all items together: less is not worth a word */
static const double least_fit = 0.9;
enum { ITEMS_MIN = 10, FIT_SIZES = 3, HUNDREDS = 100 };

/* ---- Groups --------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_number(const char *at)
{
    while (is_digit(*at) || ((*at == ',' || *at == '.') && is_digit(at[1])))
        at++;
    return at;
}

/* As strcmp(), with all numbers equal. */
static int compare_labels(const char *a, const char *b)
{
    for (;; a++, b++) {
        if (is_digit(*a) && is_digit(*b)) {
            a = skip_number(a);
            b = skip_number(b);
        }
        if (*a != *b || !*a)
            return (unsigned char)*a - (unsigned char)*b;
    }
}

static int compare_steps(const void *left, const void *right)
{
    const pp_flag_step *const *a = left, *const *b = right;
    int where = compare_labels((*a)->where, (*b)->where);
    if (where != 0)
        return where;
    int label = compare_labels((*a)->label, (*b)->label);
    return label != 0 ? label : (*a < *b ? -1 : *a > *b);
}

/* The same step, as often as it was seen. */
typedef struct group {
    const pp_flag_step **steps;
    size_t count;
    pp_step_kind kind;
} group;

typedef void (*group_fn)(const pp_rule *rule, const group *g, pp_flag_list *out);

static bool each_group(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out,
                       group_fn visit)
{
    if (facts->step_count == 0)
        return true;
    const pp_flag_step **steps = calloc(facts->step_count, sizeof(*steps));
    if (!steps)
        return false;
    for (size_t i = 0; i < facts->step_count; i++)
        steps[i] = &facts->steps[i];
    qsort(steps, facts->step_count, sizeof(*steps), compare_steps);
    for (size_t i = 0, next; i < facts->step_count; i = next) {
        next = i + 1;
        while (next < facts->step_count &&
               compare_labels(steps[i]->where, steps[next]->where) == 0 &&
               compare_labels(steps[i]->label, steps[next]->label) == 0)
            next++;
        visit(rule, &(group){steps + i, next - i, pp_step_kind_of(steps[i]->label)}, out);
    }
    free(steps);
    return true;
}

/* How many things a step worked on: as it says, else as often as it ran. */
static uint64_t items_of(const pp_flag_step *step)
{
    if (step->items > 0)
        return step->items;
    return step->runs >= ITEMS_MIN ? step->runs : 0;
}

static const pp_flag_step *longest(const group *g)
{
    const pp_flag_step *found = g->steps[0];
    for (size_t i = 1; i < g->count; i++)
        if (g->steps[i]->ns > found->ns)
            found = g->steps[i];
    return found;
}

/* ---- Time per item -------------------------------------------------------------------------- */

typedef struct growth {
    bool is_fitted;
    double ms_per_item, fixed_ms, fit; /* fit: the share of the variance that the line explains */
    uint64_t least_items, most_items, total_items;
    double total_ms;
} growth;

static size_t count_sizes(const group *g)
{
    uint64_t seen[FIT_SIZES];
    size_t count = 0;
    for (size_t i = 0; i < g->count && count < FIT_SIZES; i++) {
        uint64_t items = items_of(g->steps[i]);
        bool is_new = items > 0;
        for (size_t k = 0; k < count; k++)
            is_new = is_new && seen[k] != items;
        if (is_new)
            seen[count++] = items;
    }
    return count;
}

static growth sum_up(const group *g)
{
    growth result = {.least_items = UINT64_MAX};
    for (size_t i = 0; i < g->count; i++) {
        uint64_t items = items_of(g->steps[i]);
        if (items == 0)
            continue;
        result.least_items = items < result.least_items ? items : result.least_items;
        result.most_items = items > result.most_items ? items : result.most_items;
        result.total_items += items;
        result.total_ms += pp_flag_ms(g->steps[i]->ns);
    }
    if (result.total_items > 0)
        result.ms_per_item = result.total_ms / (double)result.total_items;
    return result;
}

/* Least squares: ms = fixed + items * per item. */
static void fit_line(const group *g, growth *result)
{
    double count = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0, sum_yy = 0;
    for (size_t i = 0; i < g->count; i++) {
        double x = (double)items_of(g->steps[i]), y = pp_flag_ms(g->steps[i]->ns);
        if (x <= 0)
            continue;
        count++;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
        sum_yy += y * y;
    }
    double var_x = sum_xx - sum_x * sum_x / count, var_y = sum_yy - sum_y * sum_y / count;
    double both = sum_xy - sum_x * sum_y / count;
    if (var_x <= 0)
        return;
    result->is_fitted = true;
    result->ms_per_item = both / var_x;
    result->fixed_ms = (sum_y - result->ms_per_item * sum_x) / count;
    result->fit = var_y > 0 ? both * both / (var_x * var_y) : 0;
}

static growth growth_of(const group *g)
{
    growth result = sum_up(g);
    bool has_sizes = count_sizes(g) >= FIT_SIZES && result.most_items >= 2 * result.least_items;
    if (has_sizes)
        fit_line(g, &result);
    return result;
}

/* Whether the time per item reaches a threshold: by the line where there is one. */
static bool reaches(const growth *grown, double ms_per_item)
{
    if (grown->most_items < ITEMS_MIN || grown->ms_per_item < ms_per_item ||
        grown->ms_per_item * (double)grown->most_items < least_ms)
        return false;
    return !grown->is_fitted || grown->fit >= least_fit;
}

static void add_growth(const pp_rule *rule, const group *g, const growth *grown, pp_flag_list *out)
{
    const pp_flag_step *step = longest(g);
    if (grown->is_fitted)
        pp_flag_add(
            out, rule, step->label,
            "%.60s, `%.100s`: grows by %.4f ms per item from %llu to %llu items, beside %.2f "
            "ms that do not grow",
            step->where, step->label, grown->ms_per_item, (unsigned long long)grown->least_items,
            (unsigned long long)grown->most_items, grown->fixed_ms > 0 ? grown->fixed_ms : 0);
    else
        pp_flag_add(out, rule, step->label, "%.60s, `%.100s`: %.2f ms for %llu items, %.4f ms each",
                    step->where, step->label, grown->total_ms,
                    (unsigned long long)grown->total_items, grown->ms_per_item);
}

static void look_per_item(const pp_rule *rule, const group *g, pp_flag_list *out)
{
    growth grown = growth_of(g);
    bool says_so = g->kind == PP_STEP_BUILD || g->kind == PP_STEP_SCAN || g->kind == PP_STEP_LOOKUP;
    bool is_meant = says_so || (g->kind == PP_STEP_OTHER && grown.is_fitted);
    if (is_meant && reaches(&grown, build_ms_per_item))
        add_growth(rule, g, &grown, out);
}

bool pp_rule_steps_per_item(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    return each_group(rule, facts, out, look_per_item);
}

static void look_for_items(const pp_rule *rule, const group *g, pp_flag_list *out)
{
    growth grown = growth_of(g);
    if (g->kind == PP_STEP_CREATE && reaches(&grown, create_ms_per_item))
        add_growth(rule, g, &grown, out);
}

bool pp_rule_items_one_by_one(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    return each_group(rule, facts, out, look_for_items);
}

/* ---- Removal -------------------------------------------------------------------------------- */

static const double removal_runs_ms = 10, removal_usual_ms = 50, removal_usual_items = 1000;

static void look_for_removal(const pp_rule *rule, const group *g, pp_flag_list *out)
{
    const pp_flag_step *step = longest(g);
    uint64_t items = items_of(step);
    double ms = pp_flag_ms(step->ns);
    if (g->kind != PP_STEP_REMOVE || items < HUNDREDS)
        return;
    double thousands = (double)items / removal_usual_items;
    double usual_ms = removal_usual_ms * (thousands > 1 ? thousands : 1);
    bool is_one_by_one = step->runs >= HUNDREDS && ms >= removal_runs_ms;
    if (is_one_by_one)
        pp_flag_add(out, rule, step->label,
                    "%.60s, `%.100s`: ran %llu times, %.2f ms together, %.4f ms each", step->where,
                    step->label, (unsigned long long)step->runs, ms, ms / (double)step->runs);
    else if (ms > usual_ms)
        pp_flag_add(
            out, rule, step->label,
            "%.60s, `%.100s`: %.2f ms for %llu items; removing hundreds usually takes 10 to "
            "50 ms",
            step->where, step->label, ms, (unsigned long long)items);
}

bool pp_rule_removal(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    return each_group(rule, facts, out, look_for_removal);
}

/* ---- What is usual -------------------------------------------------------------------------- */

static const double search_usual_ms = 1, search_usual_rows = 10000, redraw_usual_ms = 1,
                    round_trip_usual_ms = 10;

static bool is_search(const char *label)
{
    return strstr(label, "earch") != NULL || strstr(label, "isect") != NULL;
}

static void look_for_unusual(const pp_rule *rule, const group *g, pp_flag_list *out)
{
    const pp_flag_step *step = longest(g);
    uint64_t items = items_of(step);
    double ms = pp_flag_ms(step->ns);
    double rows = (double)items / search_usual_rows;
    bool is_per_item = items >= ITEMS_MIN && ms / (double)items >= build_ms_per_item;
    if (g->kind == PP_STEP_LOOKUP && is_search(step->label) && !is_per_item &&
        ms > search_usual_ms * (rows > 1 ? rows : 1))
        pp_flag_add(out, rule, step->label,
                    "%.60s, `%.100s`: %.2f ms; a binary search in 10,000 rows takes less than 1 ms",
                    step->where, step->label, ms);
    double each_ms = ms / (double)(step->runs > 0 ? step->runs : 1);
    if (g->kind == PP_STEP_REDRAW && strcmp(step->where, "frame") != 0 && each_ms > redraw_usual_ms)
        pp_flag_add(out, rule, step->label,
                    "%.60s, `%.100s`: %.2f ms; to ask for a repaint takes 0.1 to 1 ms, so this one "
                    "paints or waits",
                    step->where, step->label, each_ms);
}

bool pp_rule_unusual(const pp_rule *rule, const pp_flag_facts *facts, pp_flag_list *out)
{
    const pp_flag_calls *calls = &facts->calls;
    if (calls->has_transport && calls->is_local && calls->round_trips > 0) {
        double each_ms = pp_flag_ms(calls->transport_ns) / (double)calls->round_trips;
        if (each_ms > round_trip_usual_ms)
            pp_flag_add(out, rule, calls->call_label,
                        "`%.100s`: %.2f ms of transport and queueing per round trip; a local one "
                        "takes 1 to 10 ms",
                        calls->call_label, each_ms);
    }
    return each_group(rule, facts, out, look_for_unusual);
}
