/* sink/otlp_thread.c: the exporter's thread of a running program: makes requests and posts them. */
#include "base/base.h"
#include "sink/otlp_live.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const uint64_t WATCH_NS = 250000000;   /* between looks for a session */
static const uint64_t GATHER_NS = 1000000000; /* from the first slow frame to its request */
static const uint64_t FOREVER_NS = UINT64_MAX / 2;

/* What the thread keeps to itself. */
typedef struct sender {
    pp_otlp *otlp;
    pp_otlp_http *http;
    pp_otlp_spans spans;
    uint64_t give_up_ns; /* of the present request */
} sender;

uint64_t pp_otlp_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* ---- Requests ------------------------------------------------------------------------------- */

/* Asked again and again while a request waits: a stop shortens it. */
static uint64_t deadline_of(void *user)
{
    const sender *s = user;
    pthread_mutex_lock(&s->otlp->mutex);
    uint64_t stop_by_ns = s->otlp->stops ? s->otlp->stop_by_ns : FOREVER_NS;
    pthread_mutex_unlock(&s->otlp->mutex);
    return s->give_up_ns < stop_by_ns ? s->give_up_ns : stop_by_ns;
}

static bool post(sender *s, const char *path, const char *json, size_t size_bytes,
                 uint64_t *rejected)
{
    pp_otlp *otlp = s->otlp;
    pp_otlp_answer answer;
    s->give_up_ns = pp_otlp_now_ns() + otlp->patience_ns;
    bool is_taken = pp_otlp_http_post(s->http, path, json, size_bytes, deadline_of, s, &answer);
    pthread_mutex_lock(&otlp->mutex);
    otlp->status.retries += answer.retries;
    otlp->status.requests += is_taken;
    otlp->status.bytes += is_taken ? size_bytes : 0;
    *rejected += answer.rejected;
    otlp->has_failed = !is_taken;
    if (!is_taken)
        pp_format(otlp->failure, sizeof otlp->failure, "%s", answer.message);
    pthread_mutex_unlock(&otlp->mutex);
    return is_taken;
}

static void send_spans(void *user, const char *json, size_t size_bytes, uint64_t spans)
{
    sender *s = user;
    pp_otlp_status *status = &s->otlp->status;
    bool is_taken = post(s, "/v1/traces", json, size_bytes, &status->spans_rejected);
    pthread_mutex_lock(&s->otlp->mutex);
    status->spans_sent += is_taken ? spans : 0;
    pthread_mutex_unlock(&s->otlp->mutex);
    if (!is_taken)
        __atomic_fetch_add(&s->otlp->spans_dropped, spans, __ATOMIC_RELAXED);
}

static void send_trees(sender *s, pp_otlp_tree *tree)
{
    while (tree) {
        pp_otlp_tree *next = tree->next;
        pp_otlp_spans_add(&s->spans, tree);
        __atomic_fetch_sub(&s->otlp->waiting_spans, tree->node_count + 1, __ATOMIC_RELAXED);
        pp_otlp_tree_free(tree);
        tree = next;
    }
    pp_otlp_spans_flush(&s->spans);
}

/* The sums stay: what is not taken now is said again the next time. */
static void send_metrics(sender *s, const pp_otlp_metrics *metrics)
{
    pp_buffer json = {0};
    pp_otlp_metrics_write(metrics, &s->otlp->origin, s->otlp->started_ns, pp_now_ns(), &json);
    if (!json.failed)
        post(s, "/v1/metrics", json.data, json.size_bytes, &s->otlp->status.points_rejected);
    free(json.data);
}

/* ---- Work: each called and returning with the mutex held ------------------------------------- */

static pp_otlp_tree *take_queue(pp_otlp *otlp)
{
    pp_otlp_tree *trees = otlp->queue;
    otlp->queue = NULL;
    otlp->queue_end = &otlp->queue;
    return trees;
}

static void serve_queue(sender *s)
{
    pp_otlp_tree *trees = take_queue(s->otlp);
    pthread_mutex_unlock(&s->otlp->mutex);
    send_trees(s, trees);
    pthread_mutex_lock(&s->otlp->mutex);
}

static void serve_metrics(sender *s)
{
    pp_otlp *otlp = s->otlp;
    pp_otlp_metrics metrics = otlp->metrics;
    bool is_attached = otlp->is_attached;
    pthread_mutex_unlock(&otlp->mutex);
    metrics.spans_dropped = __atomic_load_n(&otlp->spans_dropped, __ATOMIC_RELAXED);
    metrics.dropped += __atomic_load_n(&otlp->lost, __ATOMIC_RELAXED);
    if (is_attached) /* an ended session has told */
        metrics.dropped += pp_session_dropped(pp_session_current());
    send_metrics(s, &metrics);
    __atomic_store_n(&otlp->period_trees, 0, __ATOMIC_RELAXED);
    pthread_mutex_lock(&otlp->mutex);
    otlp->status.cpu_ns = cpu_ns();
}

static void look_for_session(pp_otlp *otlp)
{
    pthread_mutex_unlock(&otlp->mutex);
    pp_otlp_attach(otlp);
    pthread_mutex_lock(&otlp->mutex);
}

/* Until that time, or a stop, or, where is_idle, something in the queue. */
static void wait_until(pp_otlp *otlp, uint64_t until_ns, bool is_idle)
{
    const struct timespec until = {(time_t)(until_ns / 1000000000), (long)(until_ns % 1000000000)};
    int status = 0;
    while (status == 0 && !otlp->stops && !(is_idle && otlp->queue))
        status = pthread_cond_clockwait(&otlp->work, &otlp->mutex, CLOCK_MONOTONIC, &until);
}

static void serve(sender *s)
{
    pp_otlp *otlp = s->otlp;
    uint64_t metrics_at_ns = pp_otlp_now_ns() + otlp->period_ns;
    while (!otlp->stops) {
        bool watches = otlp->watches && !otlp->is_attached;
        if (watches)
            look_for_session(otlp);
        uint64_t now_ns = pp_otlp_now_ns();
        uint64_t until_ns = metrics_at_ns;
        if (watches && !otlp->is_attached && now_ns + WATCH_NS < until_ns)
            until_ns = now_ns + WATCH_NS;
        wait_until(otlp, until_ns, true);
        if (otlp->queue && !otlp->stops) {
            wait_until(otlp, pp_otlp_now_ns() + GATHER_NS, false);
            serve_queue(s);
        }
        if (!otlp->stops && pp_otlp_now_ns() >= metrics_at_ns) {
            if (otlp->metrics.frames > 0)
                serve_metrics(s);
            metrics_at_ns = pp_otlp_now_ns() + otlp->period_ns;
        }
    }
    serve_queue(s);
    if (otlp->metrics.frames > 0)
        serve_metrics(s);
}

void *pp_otlp_run(void *user)
{
    pp_otlp *otlp = user;
    sender s = {.otlp = otlp, .spans = {.origin = &otlp->origin, .send = send_spans}};
    s.spans.user = &s;
    int status = pp_otlp_http_create(&s.http, otlp->endpoint);
    /* Behind the exit handlers of what libcurl loads, so that they run after ours. */
    if (otlp->watches)
        pp_otlp_end_at_exit();
    pthread_mutex_lock(&otlp->mutex);
    if (status == PP_OK) {
        serve(&s);
    } else {
        otlp->has_failed = true;
        pp_format(otlp->failure, sizeof otlp->failure, "%s", pp_last_error());
    }
    otlp->status.cpu_ns = cpu_ns();
    pthread_mutex_unlock(&otlp->mutex);
    pp_otlp_http_destroy(s.http);
    free(s.spans.json.data);
    return NULL;
}
