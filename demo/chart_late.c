/* demo/chart_late.c: whose fault each late frame was.
 *
 * A frame is charged to the site with the largest self time in it, to the flush, or, if the thread
 * spent less than a budget on the CPU since the frame before, to the machine: the thread was not
 * running. Times of the wall alone cannot tell a slow chart from a busy machine. */
#include "chart_app.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static uint64_t cpu_now_ns(const chart_late *late)
{
    struct timespec now = {0};
    if (late->has_clock)
        clock_gettime(late->clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static const char *blamed(const chart_late *late, const pp_frame *frame, uint64_t cpu_ns)
{
    if (frame->jank == PP_JANK_GPU)
        return "gpu";
    if (late->frames == 1)
        return "first frame";
    if (late->has_clock && cpu_ns <= frame->budget_ns)
        return "not running";
    if (frame->jank == PP_JANK_FLUSH)
        return "flush";
    return frame->painter_count > 0 ? frame->painters[0].site->name : "unknown";
}

static void charge(chart_late *late, const char *name)
{
    size_t i = 0;
    while (i < late->size && strcmp(late->entries[i].name, name) != 0)
        ++i;
    if (i == CHART_LATE_MOST) {
        ++late->others;
        return;
    }
    late->entries[i].name = name;
    ++late->entries[i].frames;
    if (i == late->size)
        ++late->size;
}

static void on_frame(void *user, const pp_frame *frame)
{
    chart_late *late = user;
    uint64_t before_ns = late->cpu_ns;
    late->cpu_ns = cpu_now_ns(late);
    ++late->frames;
    if (frame->jank != PP_JANK_NONE)
        charge(late, blamed(late, frame, late->cpu_ns - before_ns));
}

int chart_late_open(chart_state *chart)
{
    chart_late *late = &chart->late;
    late->has_clock = pthread_getcpuclockid(pthread_self(), &late->clock) == 0;
    pp_sink sink = {.struct_size = sizeof sink, .user = late, .frame = on_frame};
    int id = pp_session_add_sink(chart->measure.session, &sink);
    return id < 0 ? id : 0;
}

void chart_late_print(FILE *out, const chart_late *late)
{
    if (late->size == 0)
        return;
    fputs("  whose    ", out);
    for (size_t i = 0; i < late->size; ++i)
        fprintf(out, "%s%s %llu", i > 0 ? ", " : "", late->entries[i].name,
                (unsigned long long)late->entries[i].frames);
    if (late->others > 0)
        fprintf(out, ", others %llu", (unsigned long long)late->others);
    fputc('\n', out);
}
