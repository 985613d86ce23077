/* sink/overlay_stats.c: the numbers of an overlay's pages from the frames it remembers.
 *
 * All quantities are summed up in one pass over the frames. A nearest-rank p99 of at most 300
 * values is one of the four largest, so that nothing has to be sorted. */
#include "sink/overlay_data.h"
#include <string.h>

enum {
    LARGEST = PP_OVERLAY_FRAMES / 100 + 1,
    SITE_SLOTS = 1024, /* a power of two */
    SITES_MAX = 768    /* distinct painters told apart; the rest is left out of the list */
};

static const uint64_t second_ns = 1000000000;

/* A statistic in the making. */
typedef struct tally {
    uint32_t count;
    bool last_measured;
    uint64_t last_ns, sum_ns;
    uint64_t largest[LARGEST]; /* in falling order */
} tally;

static void tally_add(tally *t, int64_t value_ns)
{
    t->last_measured = value_ns >= 0;
    if (!t->last_measured)
        return;
    uint64_t value = (uint64_t)value_ns;
    t->last_ns = value;
    t->sum_ns += value;
    t->count++;
    if (value <= t->largest[LARGEST - 1])
        return;
    size_t place = LARGEST - 1;
    for (; place > 0 && t->largest[place - 1] < value; place--)
        t->largest[place] = t->largest[place - 1];
    t->largest[place] = value;
}

static pp_overlay_stat tally_stat(const tally *t)
{
    pp_overlay_stat stat = {0};
    if (t->count == 0)
        return stat;
    uint32_t rank = (t->count * 99 + 99) / 100; /* of the ascending order, from 1 */
    stat.count = t->count;
    stat.last_measured = t->last_measured;
    stat.last_ns = t->last_ns;
    stat.mean_ns = (t->sum_ns + t->count / 2) / t->count;
    stat.p99_ns = t->largest[t->count - rank];
    stat.max_ns = t->largest[0];
    return stat;
}

static int64_t as_measured(uint64_t value_ns)
{
    return value_ns > INT64_MAX ? INT64_MAX : (int64_t)value_ns;
}

static void sum_up_times(pp_overlay_stats *stats, const pp_overlay_history *history, uint64_t first)
{
    tally work = {0}, flush = {0}, gpu = {0}, phase[PP_PHASE_MAX] = {{0}};
    for (uint64_t i = first; i < history->total; i++) {
        const pp_frame *frame = &pp_overlay_history_at(history, i)->frame;
        tally_add(&work, as_measured(frame->work_ns));
        tally_add(&flush, frame->flush_ns);
        tally_add(&gpu, frame->gpu_ns);
        for (unsigned p = 0; p < stats->phase_count; p++)
            tally_add(&phase[p], as_measured(frame->phase_ns[p]));
    }
    stats->work = tally_stat(&work);
    stats->flush = tally_stat(&flush);
    stats->gpu = tally_stat(&gpu);
    for (unsigned p = 0; p < stats->phase_count; p++)
        stats->phase[p] = tally_stat(&phase[p]);
}

/* Moves the user phase with the largest mean among the hidden ones to the shown ones. */
static void show_largest_user_phase(pp_overlay_stats *stats, bool *shown)
{
    unsigned best = 0;
    for (unsigned p = PP_PHASE_USER; p < stats->phase_count; p++) {
        if (shown[p])
            continue;
        if (best == 0 || stats->phase[p].mean_ns > stats->phase[best].mean_ns)
            best = p;
    }
    shown[best] = true;
}

/* Shown rows stand in the order of the phases, whatever their sizes, so that rows do not jump. */
static void choose_user_rows(pp_overlay_stats *stats, const pp_overlay_history *history,
                             uint64_t first)
{
    unsigned users = stats->phase_count > PP_PHASE_USER ? stats->phase_count - PP_PHASE_USER : 0;
    unsigned rows = users <= PP_OVERLAY_USER_ROWS ? users : PP_OVERLAY_USER_ROWS - 1;
    bool shown[PP_PHASE_MAX] = {false};
    for (unsigned row = 0; row < rows; row++)
        show_largest_user_phase(stats, shown);
    for (unsigned p = PP_PHASE_USER; p < stats->phase_count; p++)
        if (shown[p])
            stats->user_shown[stats->user_shown_count++] = p;
        else
            stats->user_more_phases |= UINT32_C(1) << p;
    stats->user_more_count = users - rows;
    if (stats->user_more_count == 0)
        return;
    tally more = {0};
    for (uint64_t i = first; i < history->total; i++) {
        const pp_frame *frame = &pp_overlay_history_at(history, i)->frame;
        uint64_t sum_ns = 0;
        for (unsigned p = PP_PHASE_USER; p < stats->phase_count; p++)
            sum_ns += shown[p] ? 0 : frame->phase_ns[p];
        tally_add(&more, as_measured(sum_ns));
    }
    stats->user_more = tally_stat(&more);
}

static void find_worst(pp_overlay_stats *stats, const pp_overlay_history *history, uint64_t first)
{
    const pp_overlay_entry *worst = NULL;
    for (uint64_t i = first; i < history->total; i++) {
        const pp_overlay_entry *entry = pp_overlay_history_at(history, i);
        uint64_t total_ns = pp_overlay_frame_total_ns(&entry->frame);
        if (worst != NULL && total_ns < stats->worst.total_ns)
            continue;
        worst = entry;
        stats->worst.total_ns = total_ns;
        stats->worst.frames_ago = (uint32_t)(history->total - 1 - i);
    }
    if (worst == NULL)
        return;
    stats->worst.frame = worst->frame;
    if (worst->painter_count > 0)
        stats->worst.painter = worst->painters[0];
}

static void count_late(pp_overlay_stats *stats, const pp_overlay_history *history, uint64_t first)
{
    for (uint64_t i = first; i < history->total; i++) {
        pp_jank jank = pp_overlay_history_at(history, i)->frame.jank;
        if (jank == PP_JANK_NONE || jank >= PP_JANK_COUNT)
            continue;
        stats->late_by[jank]++;
        stats->late++;
    }
}

/* The achieved rate: intervals between the frames that began in the last second, not 1 / work. */
static double achieved_rate_hz(const pp_overlay_history *history, uint64_t first)
{
    uint64_t newest_ns = pp_overlay_history_at(history, history->total - 1)->frame.start_ns;
    uint64_t oldest_ns = newest_ns;
    uint64_t intervals = 0;
    for (uint64_t i = history->total - 1; i-- > first;) {
        uint64_t start_ns = pp_overlay_history_at(history, i)->frame.start_ns;
        if (start_ns > newest_ns || newest_ns - start_ns > second_ns)
            break;
        oldest_ns = start_ns;
        intervals++;
    }
    if (newest_ns == oldest_ns)
        return 0;
    return (double)intervals * 1e9 / (double)(newest_ns - oldest_ns);
}

/* Painters by site: open addressing, never full. */
typedef struct site_table {
    uint32_t count;
    pp_overlay_item slots[SITE_SLOTS];
} site_table;

static pp_overlay_item *site_table_slot(site_table *table, const pp_site_info *site)
{
    uint64_t hash = ((uint64_t)(uintptr_t)site >> 4) * 0x9E3779B97F4A7C15u;
    size_t slot = (size_t)(hash >> 54); /* the upper ten bits: SITE_SLOTS */
    while (table->slots[slot].site != NULL && table->slots[slot].site != site)
        slot = (slot + 1) % SITE_SLOTS;
    if (table->slots[slot].site == NULL) {
        if (table->count == SITES_MAX)
            return NULL;
        table->slots[slot].site = site;
        table->count++;
    }
    return &table->slots[slot];
}

static void site_table_add(site_table *table, const pp_painter *painter)
{
    pp_overlay_item *item = site_table_slot(table, painter->site);
    if (item == NULL)
        return;
    item->self_ns += painter->self_ns;
    item->pixels += painter->pixels;
    item->count += painter->count;
}

static bool ranks_before(const pp_overlay_item *a, const pp_overlay_item *b)
{
    if (a->self_ns != b->self_ns)
        return a->self_ns > b->self_ns;
    return strcmp(a->site->name, b->site->name) < 0;
}

static void insert_item(pp_overlay_stats *stats, const pp_overlay_item *item)
{
    uint32_t place = stats->item_rows;
    while (place > 0 && ranks_before(item, &stats->items[place - 1]))
        place--;
    if (place == PP_OVERLAY_ITEM_ROWS)
        return;
    if (stats->item_rows < PP_OVERLAY_ITEM_ROWS)
        stats->item_rows++;
    memmove(&stats->items[place + 1], &stats->items[place],
            (stats->item_rows - 1 - place) * sizeof *item);
    stats->items[place] = *item;
}

static void rank_items(pp_overlay_stats *stats, const pp_overlay_history *history, uint64_t first)
{
    site_table table = {0};
    for (uint64_t i = first; i < history->total; i++) {
        const pp_overlay_entry *entry = pp_overlay_history_at(history, i);
        for (uint32_t p = 0; p < entry->painter_count; p++) {
            stats->item_self_ns += entry->painters[p].self_ns;
            if (entry->painters[p].site != NULL)
                site_table_add(&table, &entry->painters[p]);
        }
    }
    stats->item_count = table.count;
    for (size_t slot = 0; slot < SITE_SLOTS; slot++)
        if (table.slots[slot].site != NULL)
            insert_item(stats, &table.slots[slot]);
}

void pp_overlay_stats_make(pp_overlay_stats *stats, const pp_overlay_history *history,
                           bool with_items)
{
    memset(stats, 0, sizeof *stats);
    stats->frames = pp_overlay_history_count(history);
    stats->phase_count = PP_PHASE_USER;
    if (stats->frames == 0)
        return;
    uint64_t first = history->total - stats->frames;
    const pp_frame *last = &pp_overlay_history_at(history, history->total - 1)->frame;
    stats->budget_ns = last->budget_ns;
    if (last->phase_count > PP_PHASE_USER)
        stats->phase_count = last->phase_count;
    stats->rate_hz = achieved_rate_hz(history, first);
    sum_up_times(stats, history, first);
    choose_user_rows(stats, history, first);
    count_late(stats, history, first);
    find_worst(stats, history, first);
    if (with_items)
        rank_items(stats, history, first);
}
