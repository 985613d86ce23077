/* sink/report.c: adds up frames for a report. */
#include "base/base.h"
#include "sink/report_data.h"

#include <stdlib.h>
#include <string.h>

enum { SLOWEST_DEFAULT = 5, TOP_SITES_DEFAULT = 15 };

int pp_report_create(pp_report **out, const pp_report_opts *opts)
{
    if (!out)
        return pp_fail(PP_EINVAL, "pp_report_create: no place for the report");
    *out = NULL;
    if (opts && opts->struct_size < sizeof *opts)
        return pp_fail(PP_EINVAL, "pp_report_create: struct_size is %u, not %zu", opts->struct_size,
                       sizeof *opts);
    if (opts && opts->slowest > PP_REPORT_SLOWEST_MAX)
        return pp_fail(PP_EINVAL, "pp_report_create: at most %d slowest frames are kept",
                       PP_REPORT_SLOWEST_MAX);
    pp_report *report = calloc(1, sizeof *report);
    if (report) {
        report->slowest_wanted = opts && opts->slowest ? opts->slowest : SLOWEST_DEFAULT;
        report->top_sites = opts && opts->top_sites ? opts->top_sites : TOP_SITES_DEFAULT;
        report->slowest = calloc((size_t)report->slowest_wanted + 1, sizeof *report->slowest);
    }
    if (!report || !report->slowest) {
        free(report);
        return pp_fail(PP_ENOMEM, "out of memory for a report");
    }
    *out = report;
    return PP_OK;
}

void pp_report_destroy(pp_report *report)
{
    if (!report)
        return;
    pp_distribution_free(&report->work);
    pp_distribution_free(&report->flush);
    pp_distribution_free(&report->gpu);
    pp_distribution_free(&report->interval);
    for (size_t phase = 0; phase < PP_PHASE_MAX; phase++)
        pp_distribution_free(&report->phase[phase]);
    for (size_t i = 0; i < report->slowest_count; i++)
        free(report->slowest[i].painters);
    free(report->slowest);
    free(report->windows);
    pp_causes_free(&report->causes);
    free(report);
}

/* ---- Windows -------------------------------------------------------------------------------- */

static bool reserve_window(pp_report *report)
{
    if (report->window_count < report->window_capacity)
        return true;
    size_t capacity = report->window_capacity ? report->window_capacity * 2 : 8;
    pp_report_window *windows = reallocarray(report->windows, capacity, sizeof *windows);
    if (!windows) {
        report->failed = true;
        return false;
    }
    report->windows = windows;
    report->window_capacity = capacity;
    return true;
}

/* The first place whose number is not smaller. */
static size_t place_of_window(const pp_report *report, uint32_t number)
{
    size_t first = 0, end = report->window_count;
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        if (report->windows[middle].number < number)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* They stand in the order of their numbers. NULL when there are too many. */
static pp_report_window *find_window(pp_report *report, uint32_t number)
{
    size_t place = place_of_window(report, number);
    if (place < report->window_count && report->windows[place].number == number)
        return &report->windows[place];
    if (report->window_count == PP_REPORT_WINDOWS_MAX || !reserve_window(report))
        return NULL;
    pp_report_window *window = &report->windows[place];
    memmove(window + 1, window, (report->window_count - place) * sizeof *window);
    *window = (pp_report_window){.number = number};
    report->window_count++;
    return window;
}

static void count_in_window(pp_report *report, const pp_frame *frame, pp_jank jank)
{
    pp_report_window *window = find_window(report, frame->window);
    if (!window) {
        report->frames_of_other_windows++;
        return;
    }
    window->frames++;
    window->budget_ns = frame->budget_ns;
    window->jank[jank]++;
}

/* ---- The slowest frames --------------------------------------------------------------------- */

static uint64_t taken_by(const pp_frame *frame)
{
    return frame->work_ns + frame->phase_ns[PP_PHASE_OVERLAY] +
           (frame->flush_ns > 0 ? (uint64_t)frame->flush_ns : 0);
}

static void keep_painters(pp_report *report, pp_report_slow *slow, const pp_frame *frame)
{
    uint32_t count = frame->painter_count < PP_REPORT_PAINTERS_MAX ? frame->painter_count
                                                                   : PP_REPORT_PAINTERS_MAX;
    if (count == 0)
        return;
    slow->painters = reallocarray(NULL, count, sizeof *slow->painters);
    if (!slow->painters) {
        report->failed = true;
        return;
    }
    memcpy(slow->painters, frame->painters, count * sizeof *slow->painters);
    slow->painter_count = count;
}

/* Of frames that took equally long the first stands first. */
static void rank_frame(pp_report *report, const pp_frame *frame)
{
    uint64_t taken_ns = taken_by(frame);
    size_t place = report->slowest_count;
    while (place > 0 && report->slowest[place - 1].taken_ns < taken_ns)
        place--;
    if (place == report->slowest_wanted)
        return;
    memmove(&report->slowest[place + 1], &report->slowest[place],
            (report->slowest_count - place) * sizeof *report->slowest);
    pp_report_slow *slow = &report->slowest[place];
    *slow = (pp_report_slow){.frame = *frame, .taken_ns = taken_ns};
    keep_painters(report, slow, frame);
    slow->frame.painters = NULL;
    if (report->slowest_count < report->slowest_wanted)
        report->slowest_count++;
    else
        free(report->slowest[report->slowest_count].painters);
}

/* ---- Disturbed frames ----------------------------------------------------------------------- */

static void note_disturbed(pp_report *report, const pp_frame *frame)
{
    bool goes_on = report->was_disturbed;
    report->was_disturbed = frame->is_disturbed;
    if (!frame->is_disturbed)
        return;
    if (!goes_on && report->disturbed_count < PP_DISTURBED_MAX)
        report->disturbed[report->disturbed_count++] =
            (pp_report_stretch){.first = frame->number, .start_ns = frame->start_ns};
    pp_report_stretch *stretch = &report->disturbed[report->disturbed_count - 1];
    stretch->last = frame->number;
    stretch->count++;
    stretch->end_ns = frame->end_ns;
}

uint64_t pp_report_disturbed(const pp_report *report)
{
    uint64_t count = 0;
    for (size_t i = 0; i < report->disturbed_count; i++)
        count += report->disturbed[i].count;
    return count;
}

/* ---- Frames --------------------------------------------------------------------------------- */

static void add_measured(pp_distribution *distribution, int64_t ns)
{
    if (ns >= 0)
        pp_distribution_add(distribution, (uint64_t)ns);
}

static void add_frame(void *user, const pp_frame *frame)
{
    pp_report *report = user;
    pp_jank jank = (unsigned)frame->jank < PP_JANK_COUNT ? frame->jank : PP_JANK_NONE;
    if (report->frames++ == 0)
        report->first_start_ns = frame->start_ns;
    report->jank[jank]++;
    count_in_window(report, frame, jank);
    pp_distribution_add(&report->work, frame->work_ns);
    add_measured(&report->flush, frame->flush_ns);
    add_measured(&report->gpu, frame->gpu_ns);
    add_measured(&report->interval, frame->interval_ns);
    uint32_t phase_count = frame->phase_count < PP_PHASE_MAX ? frame->phase_count : PP_PHASE_MAX;
    for (uint32_t phase = 0; phase < phase_count; phase++) {
        pp_distribution_add(&report->phase[phase], frame->phase_ns[phase]);
        if (frame->phase_ns[phase] > 0)
            report->phases_seen |= UINT32_C(1) << phase;
    }
    note_disturbed(report, frame);
    rank_frame(report, frame);
    pp_flag_watch_frame(&report->watch, frame);
    pp_causes_frame(&report->causes, frame);
}

static void add_paint(void *user, const pp_paint_record *paint)
{
    pp_report *report = user;
    pp_causes_painted(&report->causes, paint);
    pp_flag_watch_paint(&report->watch, paint);
}

static void add_mark(void *user, const pp_mark_record *mark)
{
    pp_flag_watch_mark(&((pp_report *)user)->watch, mark);
}

static void add_unpainted(void *user, const pp_unpainted_record *updates)
{
    pp_causes_unpainted(&((pp_report *)user)->causes, updates);
}

static void add_event(void *user, const pp_event_record *event)
{
    pp_causes_event(&((pp_report *)user)->causes, event);
}

static void add_overhead(void *user, uint32_t thread, uint64_t ns)
{
    (void)thread;
    pp_causes_overhead(&((pp_report *)user)->causes, ns);
}

pp_sink pp_report_sink(pp_report *report)
{
    return (pp_sink){.struct_size = sizeof(pp_sink),
                     .user = report,
                     .frame = add_frame,
                     .mark = add_mark,
                     .painted = add_paint,
                     .unpainted = add_unpainted,
                     .event = add_event,
                     .overhead = add_overhead};
}

/* ---- What the outputs ask ------------------------------------------------------------------- */

uint64_t pp_report_late(const uint64_t *jank)
{
    uint64_t late = 0;
    for (int reason = PP_JANK_NONE + 1; reason < PP_JANK_COUNT; reason++)
        late += jank[reason];
    return late;
}

const char *pp_report_phase(uint32_t phase)
{
    const char *name = pp_phase_name(phase);
    return name ? name : "?";
}

uint32_t pp_report_phase_at(size_t place)
{
    enum { USER_PHASES = PP_PHASE_MAX - PP_PHASE_USER };
    if (place < PP_PHASE_OTHER)
        return (uint32_t)place;
    size_t user = place - PP_PHASE_OTHER;
    return user < USER_PHASES ? (uint32_t)(PP_PHASE_USER + user) : PP_PHASE_OTHER;
}

bool pp_report_quantity_at(const pp_report *report, size_t index, pp_report_quantity *out)
{
    const pp_report_quantity beside[] = {
        {pp_report_phase(PP_PHASE_OVERLAY), false, &report->phase[PP_PHASE_OVERLAY]},
        {"flush", false, &report->flush},
        {"gpu", false, &report->gpu},
        {"interval", false, &report->interval},
    };
    if (index == 0) {
        *out = (pp_report_quantity){"work", false, &report->work};
        return true;
    }
    size_t left = index - 1;
    for (size_t place = 0; place < PP_REPORT_WORK_PHASES; place++) {
        uint32_t phase = pp_report_phase_at(place);
        if (!(report->phases_seen >> phase & 1) || left-- > 0)
            continue;
        *out = (pp_report_quantity){pp_report_phase(phase), true, &report->phase[phase]};
        return true;
    }
    if (left >= PP_COUNT_OF(beside))
        return false;
    *out = beside[left];
    return true;
}

uint64_t pp_report_since_begin(const pp_report *report, const pp_reader *reader, uint64_t at_ns)
{
    uint64_t begin_ns = reader ? pp_reader_info(reader)->first_ns : report->first_start_ns;
    return at_ns > begin_ns ? at_ns - begin_ns : 0;
}

uint64_t pp_report_all_self(const pp_reader *reader)
{
    pp_site_total total;
    uint64_t all_ns = 0;
    for (size_t i = 0; pp_reader_site_at(reader, i, &total); i++)
        all_ns += total.self_ns;
    return all_ns;
}

double pp_report_ratio(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

int pp_report_deliver(pp_buffer *text, pp_text_fn write, void *user)
{
    int status = text->failed ? pp_fail(PP_ENOMEM, "out of memory for a report") : PP_OK;
    if (status == PP_OK)
        write(user, text->data, text->size_bytes);
    free(text->data);
    return status;
}
