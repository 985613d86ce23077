/* demo/chart_annotate.c: carries out what other processes ask of the chart's annotations.
 *
 * Rows are looked up and arrays built on the server's thread. The GUI thread only exchanges the
 * array that it draws for a newer one, so that a batch of any size delays no frame; it also answers
 * those who wait for one. */
#include "chart_annotate.h"

#include "annotate_batches.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRACES_MAX = 64 };    /* named by one frame */
enum { NO_FRAME_MS = 1000 }; /* a window that nobody sees has none */
static const double Z_ANNOTATIONS = 1.5;

struct chart_annotations {
    chart_state *chart;
    annotate_server *server;
    annotate_batches batches; /* the server's thread's */
    /* The GUI thread's: */
    chart_layer layer;
    pp_gaps *shown;
    uint64_t shown_frame;  /* the first that showed them; 0: none yet */
    annotate_job *redraws; /* answered when a frame ended */
    ppq_timer *patience;   /* while there are some */

    pthread_mutex_t mutex; /* of what both change: */
    bool is_posted;        /* the GUI thread will look */
    pp_gaps *next;         /* newer than what is shown */
    pp_gaps *retired;      /* no longer shown: freed by the server's thread */
    pp_trace traces[TRACES_MAX];
    size_t trace_count;
    annotate_job *asked, **asked_end; /* redraws, oldest first */
};

static void free_gaps(pp_gaps *gaps)
{
    if (gaps)
        pp_gaps_clear(gaps);
    free(gaps);
}

/* ---- GUI thread ------------------------------------------------------------------------------ */

static void paint(void *surface, void *user)
{
    const chart_annotations *a = user;
    chart_charge_pixels(&a->layer.hook, surface, a->chart->view.plot);
    if (a->shown)
        pp_gaps_draw(surface, &a->chart->view, a->shown);
}

static void answer_redraws(chart_annotations *a, uint64_t frame)
{
    ppq_timer_destroy(a->patience);
    a->patience = NULL;
    while (a->redraws) {
        annotate_job *job = a->redraws;
        a->redraws = job->next;
        job->reply.ok = true;
        job->reply.frame = frame;
        job->reply.total = chart_annotate_count(a);
        annotate_server_answer(a->server, job);
    }
}

static void lose_patience(void *user)
{
    answer_redraws(user, 0);
}

/* Its reply goes when a frame has shown all that was asked before, which may be so already. */
static void take_redraw(chart_annotations *a, annotate_job *job)
{
    PP_ZONE(zone, "Annotations.redraw()", PP_PHASE_OTHER);
    pp_zone_trace(&zone, &job->asked, PP_TRACE_SERVER);
    job->next = a->redraws;
    a->redraws = job;
    if (a->shown_frame == 0) {
        ppq_item_update(a->layer.item);
        pp_frame_shows_trace(ppq_window_measured(a->chart->window), &job->asked);
        if (!a->patience && ppq_timer_create(&a->patience, a->chart->window, NO_FRAME_MS, false,
                                             lose_patience, a) != PP_OK)
            a->patience = NULL;
    }
    PP_END(zone);
}

static void show_next(chart_annotations *a)
{
    a->shown_frame = 0;
    ppq_item_update(a->layer.item);
    ppq_item_update(a->chart->status.item);
    chart_crosshair_place(a->chart);
}

/* What the server's thread has left. */
static void take_over(void *user)
{
    chart_annotations *a = user;
    pp_trace traces[TRACES_MAX];
    PP_ZONE(zone, "Annotations.take_over()", PP_PHASE_BATCH);
    pthread_mutex_lock(&a->mutex);
    a->is_posted = false;
    bool has_next = a->next != NULL;
    if (has_next) {
        a->retired = a->shown;
        a->shown = a->next;
        a->next = NULL;
    }
    size_t count = a->trace_count;
    a->trace_count = 0;
    memcpy(traces, a->traces, count * sizeof traces[0]);
    annotate_job *asked = a->asked;
    a->asked = NULL;
    a->asked_end = &a->asked;
    pthread_mutex_unlock(&a->mutex);
    if (has_next)
        show_next(a);
    for (size_t i = 0; i < count; i++)
        pp_frame_shows_trace(ppq_window_measured(a->chart->window), &traces[i]);
    while (asked) {
        annotate_job *next = asked->next;
        take_redraw(a, asked);
        asked = next;
    }
    if (a->shown_frame != 0)
        answer_redraws(a, a->shown_frame);
    PP_END(zone);
}

void chart_annotate_frame_end(chart_annotations *a)
{
    if (!a)
        return;
    if (a->shown_frame == 0)
        a->shown_frame = a->chart->run.frames;
    if (a->redraws)
        answer_redraws(a, a->chart->run.frames);
}

/* ---- Server's thread ------------------------------------------------------------------------- */

/* Lets go of the mutex, and has the GUI thread look. In that order: who is woken runs at once,
 * maybe in the place of this thread, and would then wait for what this one holds. */
static void unlock_and_wake_gui(chart_annotations *a)
{
    bool must_post = !a->is_posted;
    a->is_posted = true;
    pthread_mutex_unlock(&a->mutex);
    if (!must_post || ppq_post(take_over, a) == PP_OK)
        return;
    pthread_mutex_lock(&a->mutex);
    a->is_posted = false;
    pthread_mutex_unlock(&a->mutex);
}

static void publish(chart_annotations *a, pp_gaps *gaps, const pp_trace *asked)
{
    pthread_mutex_lock(&a->mutex);
    pp_gaps *unseen = a->next, *retired = a->retired;
    a->next = gaps;
    a->retired = NULL;
    if (a->trace_count < TRACES_MAX)
        a->traces[a->trace_count++] = *asked;
    unlock_and_wake_gui(a);
    free_gaps(unseen);
    free_gaps(retired);
}

static void ask_redraw(chart_annotations *a, annotate_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&a->mutex);
    *a->asked_end = job;
    a->asked_end = &job->next;
    unlock_and_wake_gui(a);
}

static void on_job(void *user, annotate_job *job)
{
    chart_annotations *a = user;
    if (job->request.op == WIRE_REDRAW) {
        ask_redraw(a, job);
        return;
    }
    pp_zone_trace(&job->profiler->zone, &job->asked, PP_TRACE_SERVER);
    pp_gaps *shown = malloc(sizeof *shown);
    if (shown && annotate_batches_apply(&a->batches, job, &a->chart->rows, shown))
        publish(a, shown, &job->asked);
    else
        free(shown);
    if (!shown)
        snprintf(job->reply.error, sizeof job->reply.error, "the chart is out of memory");
    annotate_server_answer(a->server, job);
}

/* ---- The chart's side ------------------------------------------------------------------------ */

static int create_layer(chart_annotations *a)
{
    int failure =
        pp_paint_hook_init(&a->layer.hook, "Annotations.paint()", PP_PHASE_REDRAW, paint, a);
    if (failure != PP_OK)
        return failure;
    return ppq_item_create(&a->layer.item, a->chart->canvas, NULL, (ppq_bounds){0}, Z_ANNOTATIONS,
                           pp_paint_hook_run, &a->layer.hook);
}

int chart_annotate_open(chart_state *chart)
{
    char error[WIRE_ERROR_BYTES] = "out of memory for annotations";
    chart_annotations *a = calloc(1, sizeof *a);
    if (a) {
        a->chart = chart;
        a->asked_end = &a->asked;
        pthread_mutex_init(&a->mutex, NULL);
    }
    if (a && create_layer(a) == PP_OK &&
        annotate_server_start(&a->server, chart->options.listen, on_job, a, error) == 0) {
        chart->annotations = a;
        return 0;
    }
    fprintf(stderr, CHART_PROGRAM ": %s\n", error);
    chart_annotate_close(a);
    return 1;
}

static void free_jobs(annotate_job *job)
{
    while (job) {
        annotate_job *next = job->next;
        annotate_job_free(job);
        job = next;
    }
}

void chart_annotate_close(chart_annotations *a)
{
    if (!a)
        return;
    a->chart->annotations = NULL;
    annotate_server_stop(a->server); /* from here on nobody else knows the jobs */
    free_jobs(a->asked);
    free_jobs(a->redraws);
    ppq_timer_destroy(a->patience);
    ppq_item_destroy(a->layer.item);
    annotate_batches_clear(&a->batches);
    free_gaps(a->shown);
    free_gaps(a->next);
    free_gaps(a->retired);
    pthread_mutex_destroy(&a->mutex);
    free(a);
}

void chart_annotate_place(chart_annotations *a)
{
    const ppq_bounds whole = {.x = a ? a->chart->view.plot.x : 0,
                              .y = a ? a->chart->view.plot.y : 0,
                              .w = a ? a->chart->view.plot.w : 0,
                              .h = a ? a->chart->view.plot.h : 0};
    if (a)
        ppq_item_set_bounds(a->layer.item, whole);
}

const pp_gaps *chart_annotate_gaps(const chart_annotations *a)
{
    return a ? a->shown : NULL;
}

size_t chart_annotate_count(const chart_annotations *a)
{
    return a && a->shown ? a->shown->size : 0;
}
