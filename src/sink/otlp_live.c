/* sink/otlp_live.c: the export of a running program: its sink, and its start and end. */
#include "sink/otlp_live.h"

#include "base/base.h"

#include <fcntl.h>
#include <paintprof/gate.h>
#include <paintprof/version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const uint64_t PERIOD_NS = UINT64_C(60) * 1000000000, LEAST_PERIOD_NS = 1000000000;
static const uint64_t PATIENCE_NS = UINT64_C(30) * 1000000000;
static const uint64_t STOP_NS = UINT64_C(2) * 1000000000;

/* One at a time. */
static bool is_taken;

/* ---- The sink: on the draining thread, which must not wait ----------------------------------- */

static void hand_over_locked(pp_otlp *otlp)
{
    if (otlp->late.frames > 0) {
        pp_otlp_metrics_merge(&otlp->metrics, &otlp->late);
        pp_otlp_metrics_init(&otlp->late);
    }
    if (!otlp->mine)
        return;
    *otlp->queue_end = otlp->mine;
    otlp->queue_end = otlp->mine_end;
    otlp->mine = NULL;
    otlp->mine_end = &otlp->mine;
    pthread_cond_signal(&otlp->work);
}

/* A tree goes to the exporter's thread, or is dropped: no room, or enough of them in this period.
 */
static void take_tree(void *user, pp_otlp_tree *tree)
{
    pp_otlp *otlp = user;
    uint64_t spans = tree->node_count + 1;
    bool has_room =
        __atomic_load_n(&otlp->waiting_spans, __ATOMIC_RELAXED) + spans <= PP_OTLP_QUEUE_SPANS;
    uint32_t before = __atomic_fetch_add(&otlp->period_trees, has_room, __ATOMIC_RELAXED);
    if (!has_room || before >= PP_OTLP_PERIOD_TREES) {
        __atomic_fetch_add(&otlp->spans_dropped, tree->node_count + tree->has_frame,
                           __ATOMIC_RELAXED);
        pp_otlp_tree_free(tree);
        return;
    }
    __atomic_fetch_add(&otlp->waiting_spans, spans, __ATOMIC_RELAXED);
    tree->next = NULL;
    *otlp->mine_end = tree;
    otlp->mine_end = &tree->next;
    if (pthread_mutex_trylock(&otlp->mutex) == 0) {
        hand_over_locked(otlp);
        pthread_mutex_unlock(&otlp->mutex);
    }
}

static void take_frame(void *user, const pp_frame *frame)
{
    pp_otlp *otlp = user;
    if (pthread_mutex_trylock(&otlp->mutex) == 0) {
        hand_over_locked(otlp);
        pp_otlp_metrics_add(&otlp->metrics, frame);
        pthread_mutex_unlock(&otlp->mutex);
    } else {
        pp_otlp_metrics_add(&otlp->late, frame);
    }
    pp_otlp_trees_frame(otlp->trees, frame);
    __atomic_store_n(&otlp->lost, pp_otlp_trees_lost(otlp->trees), __ATOMIC_RELAXED);
}

static void take_zone(void *user, const pp_zone_record *zone)
{
    pp_otlp_trees_zone(((pp_otlp *)user)->trees, zone);
}

static void take_mark(void *user, const pp_mark_record *mark)
{
    pp_otlp_trees_mark(((pp_otlp *)user)->trees, mark);
}

static void take_event(void *user, const pp_trace_record *event)
{
    pp_otlp_trees_event(((pp_otlp *)user)->trees, event);
}

/* The session ends, or the export: here waiting does no harm. */
static void leave_session(void *user)
{
    pp_otlp *otlp = user;
    pp_otlp_trees_flush(otlp->trees);
    pp_otlp_trees_destroy(otlp->trees);
    otlp->trees = NULL;
    pthread_mutex_lock(&otlp->mutex);
    hand_over_locked(otlp);
    otlp->metrics.dropped += pp_session_dropped(pp_session_current());
    otlp->is_attached = false;
    pthread_mutex_unlock(&otlp->mutex);
}

bool pp_otlp_attach(pp_otlp *otlp)
{
    const pp_otlp_tree_opts opts = {.user = otlp,
                                    .deliver = take_tree,
                                    .slow_ns = otlp->slow_ns,
                                    .nodes_max = PP_OTLP_LIVE_NODES,
                                    .slow_frames = true};
    const pp_sink sink = {.struct_size = sizeof sink,
                          .user = otlp,
                          .frame = take_frame,
                          .zone = take_zone,
                          .mark = take_mark,
                          .trace = take_event,
                          .destroy = leave_session};
    pp_session *session = pp_session_current();
    if (!session)
        return false;
    otlp->trees = pp_otlp_trees_create(&opts);
    if (!otlp->trees)
        return false;
    /* Before the sink is there: its end may come at any moment from then on. */
    pthread_mutex_lock(&otlp->mutex);
    otlp->is_attached = true;
    pthread_mutex_unlock(&otlp->mutex);
    int id = pp_session_add_sink(session, &sink);
    pthread_mutex_lock(&otlp->mutex);
    if (id > 0) {
        otlp->session = session;
        otlp->sink_id = id;
    } else {
        otlp->is_attached = false;
    }
    pthread_mutex_unlock(&otlp->mutex);
    if (id <= 0) {
        pp_otlp_trees_destroy(otlp->trees);
        otlp->trees = NULL;
    }
    return id > 0;
}

/* ---- Who we are ------------------------------------------------------------------------------ */

static void read_text(const char *path, char *buffer, size_t capacity)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, buffer, capacity - 1) : 0;
    if (fd >= 0)
        close(fd);
    size_t used = size > 0 ? (size_t)size : 0;
    while (used > 0 && (buffer[used - 1] == '\n' || buffer[used - 1] == '\0'))
        used--;
    buffer[used] = '\0';
    for (size_t i = 0; i < used; i++)
        if (buffer[i] == '\0')
            buffer[i] = ' '; /* between arguments */
}

static bool describe(pp_otlp *otlp, const pp_otlp_opts *opts)
{
    char command_line[4096], machine_id[64], executable[4096], boot_id[64];
    struct timespec now;
    pp_host host;
    ssize_t size = readlink("/proc/self/exe", executable, sizeof executable - 1);
    executable[size > 0 ? size : 0] = '\0';
    read_text("/proc/self/cmdline", command_line, sizeof command_line);
    read_text("/etc/machine-id", machine_id, sizeof machine_id);
    pp_host_read(&host);
    pp_host_boot_id(boot_id, sizeof boot_id);
    clock_gettime(CLOCK_REALTIME, &now);
    otlp->started_ns = pp_now_ns();
    pp_otlp_identify(&otlp->origin, boot_id, (uint64_t)getpid(), otlp->started_ns,
                     (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    const pp_otlp_facts facts = {.service_name = opts->service_name,
                                 .executable = executable,
                                 .command_line = opts->no_args ? NULL : command_line,
                                 .host_id = machine_id,
                                 .version = PP_VERSION,
                                 .pid = (uint64_t)getpid(),
                                 .host = &host};
    return pp_otlp_describe(&otlp->origin, &facts);
}

/* ---- Start and end --------------------------------------------------------------------------- */

static void free_otlp(pp_otlp *otlp)
{
    while (otlp->queue) {
        pp_otlp_tree *tree = otlp->queue;
        otlp->queue = tree->next;
        pp_otlp_tree_free(tree);
    }
    pp_otlp_origin_free(&otlp->origin);
    pthread_cond_destroy(&otlp->work);
    pthread_mutex_destroy(&otlp->mutex);
    free(otlp->endpoint);
    free(otlp);
}

static uint64_t period_of(const pp_otlp_opts *opts)
{
    if (opts->period_ns == 0)
        return PERIOD_NS;
    return opts->period_ns > LEAST_PERIOD_NS ? opts->period_ns : LEAST_PERIOD_NS;
}

static pp_otlp *create(const pp_otlp_opts *opts)
{
    pp_otlp *otlp = calloc(1, sizeof *otlp);
    if (!otlp)
        return NULL;
    otlp->owner = getpid();
    otlp->slow_ns = opts->slow_ns;
    otlp->period_ns = period_of(opts);
    otlp->patience_ns = opts->patience_ns ? opts->patience_ns : PATIENCE_NS;
    otlp->mine_end = &otlp->mine;
    otlp->queue_end = &otlp->queue;
    pp_otlp_metrics_init(&otlp->metrics);
    pp_otlp_metrics_init(&otlp->late);
    pthread_mutex_init(&otlp->mutex, NULL);
    pthread_cond_init(&otlp->work, NULL);
    otlp->endpoint = strdup(opts->endpoint);
    if (otlp->endpoint && describe(otlp, opts))
        return otlp;
    free_otlp(otlp);
    return NULL;
}

/* The program's signals are not for this thread. */
static int create_thread(pp_otlp *otlp)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&otlp->thread, NULL, pp_otlp_run, otlp);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        pthread_setname_np(otlp->thread, "paintprof-otlp");
    return error;
}

/* Takes the sink out, which makes it hand over what it has. The session may end meanwhile; then it
 * did so. */
static void detach(pp_otlp *otlp)
{
    pthread_mutex_lock(&otlp->mutex);
    int id = otlp->is_attached ? otlp->sink_id : 0;
    pp_session *session = otlp->session;
    pthread_mutex_unlock(&otlp->mutex);
    if (id > 0)
        pp_session_remove_sink(session, id);
}

static int start(pp_otlp **out, const pp_otlp_opts *opts, bool watches)
{
    pp_otlp *otlp = create(opts);
    if (!otlp)
        return pp_fail(PP_ENOMEM, "out of memory for an export");
    otlp->watches = watches;
    if (!watches && !pp_otlp_attach(otlp)) {
        free_otlp(otlp);
        return pp_fail(PP_EINVAL, "pp_otlp_start: no session is running");
    }
    *out = otlp; /* before the thread may end it */
    if (create_thread(otlp) == 0)
        return PP_OK;
    *out = NULL;
    detach(otlp);
    free_otlp(otlp);
    return pp_fail(PP_ENOMEM, "cannot start the exporter's thread");
}

static int check(pp_otlp **out, const pp_otlp_opts *opts)
{
    pp_otlp_http *http = NULL;
    if (!out || !opts || opts->struct_size < sizeof *opts || !opts->endpoint)
        return pp_fail(PP_EINVAL,
                       "pp_otlp_start: no place for it, no valid options or no endpoint");
    /* Says at once what would fail later. */
    int status = pp_otlp_http_create(&http, opts->endpoint);
    pp_otlp_http_destroy(http);
    return status;
}

int pp_otlp_start(pp_otlp **out, const pp_otlp_opts *opts)
{
    int status = check(out, opts);
    if (status != PP_OK)
        return status;
    if (__atomic_test_and_set(&is_taken, __ATOMIC_ACQUIRE))
        return pp_fail(PP_EBUSY, "this process is exported already");
    status = start(out, opts, false);
    if (status != PP_OK)
        __atomic_clear(&is_taken, __ATOMIC_RELEASE);
    return status;
}

int pp_otlp_stop(pp_otlp *otlp)
{
    if (!otlp || otlp->owner != getpid())
        return PP_OK;
    pthread_mutex_lock(&otlp->mutex);
    otlp->watches = false;
    pthread_mutex_unlock(&otlp->mutex);
    detach(otlp);
    pthread_mutex_lock(&otlp->mutex);
    otlp->stops = true;
    otlp->stop_by_ns = pp_otlp_now_ns() + STOP_NS;
    pthread_cond_signal(&otlp->work);
    pthread_mutex_unlock(&otlp->mutex);
    pthread_join(otlp->thread, NULL);
    detach(otlp); /* the thread may have found a session at the last moment */
    int status =
        otlp->has_failed ? pp_fail(PP_EIO, "%s: %s", otlp->endpoint, otlp->failure) : PP_OK;
    if (otlp->is_attached) /* the process exits from within a sink: the session still has it */
        return status;
    free_otlp(otlp);
    __atomic_clear(&is_taken, __ATOMIC_RELEASE);
    return status;
}

void pp_otlp_query(pp_otlp *otlp, pp_otlp_status *out)
{
    pthread_mutex_lock(&otlp->mutex);
    *out = otlp->status;
    out->frames = otlp->metrics.frames;
    pthread_mutex_unlock(&otlp->mutex);
    out->spans_dropped = __atomic_load_n(&otlp->spans_dropped, __ATOMIC_RELAXED);
    out->lost = __atomic_load_n(&otlp->lost, __ATOMIC_RELAXED);
}

/* ---- By the environment ---------------------------------------------------------------------- */

static pp_otlp *by_environment;

static double number_of(const char *name)
{
    const char *text = secure_getenv(name);
    double value = text ? pp_strtod(text, NULL) : 0;
    return value > 0 && value < 1e9 ? value : 0;
}

static bool is_set(const char *name)
{
    const char *text = secure_getenv(name);
    return text && *text && strcmp(text, "0") != 0;
}

static void end_by_environment(void)
{
    pp_otlp *otlp = __atomic_exchange_n(&by_environment, NULL, __ATOMIC_ACQ_REL);
    if (otlp && pp_otlp_stop(otlp) != PP_OK)
        fprintf(stderr, "paintprof: PAINTPROF_OTLP: %s\n", pp_last_error());
}

void pp_otlp_end_at_exit(void)
{
    atexit(end_by_environment);
}

__attribute__((constructor)) static void start_by_environment(void)
{
    const char *endpoint = secure_getenv("PAINTPROF_OTLP");
    const char *profile = secure_getenv("PAINTPROF");
    if (!endpoint || !*endpoint || (profile && strcmp(profile, "0") == 0))
        return;
    const pp_otlp_opts opts = {
        .struct_size = sizeof opts,
        .no_args = is_set("PAINTPROF_NO_ARGS"),
        .endpoint = endpoint,
        .service_name = secure_getenv("OTEL_SERVICE_NAME"),
        .slow_ns = (uint64_t)(number_of("PAINTPROF_OTLP_SLOW") * 1e6),
        .period_ns = (uint64_t)(number_of("PAINTPROF_OTLP_PERIOD") * 1e9),
    };
    pg_set_profile_enabled(true);
    __atomic_test_and_set(&is_taken, __ATOMIC_ACQUIRE);
    if (start(&by_environment, &opts, true) != PP_OK)
        fprintf(stderr, "paintprof: PAINTPROF_OTLP: %s\n", pp_last_error());
}
