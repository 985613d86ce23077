/* capture/helper.c: the thread that works so that no paint has to: it keeps chunks ready, has the
 * session drained when threads fill them faster than frames end, and does the recorder's writing.
 *
 * In a program that records nothing it sleeps. After it was woken it waits a little before the
 * next look, so that a busy thread wakes it a few times a second and not once a chunk. */
#include "base/base.h"
#include "capture/meta.h"
#include "capture/threads.h"

#include <signal.h>
#include <time.h>

#define capture pp_the_capture

static const int64_t COLLECT_NS = 100000000;
/* Often enough for the ticks of idle threads, see pp_threads_retire_old(). */
static const int64_t IDLE_NS = INT64_C(1200) * 1000000000;

static uint32_t ready_wanted(void)
{
    uint32_t wanted = capture.recorder ? PP_READY_RECORDING : PP_READY_SESSION;
    return wanted < capture.store->limit ? wanted : (uint32_t)capture.store->limit;
}

static bool is_urgent(void)
{
    return capture.store->ready_count < ready_wanted() / 2 ||
           (capture.has_session && capture.queued_full * 4 >= capture.store->limit);
}

void pp_helper_look(void)
{
    if ((capture.helper_state == PP_HELPER_IDLE && capture.to_save.first) ||
        (capture.helper_state != PP_HELPER_WORKS && is_urgent())) {
        capture.helper_state = PP_HELPER_WORKS; /* one signal is enough */
        pthread_cond_signal(&capture.work);
    }
}

void pp_helper_ask(void)
{
    capture.wake = true;
    pthread_cond_signal(&capture.work);
}

/* ---- Work: each called and returning with the lock held ------------------------------------- */

static bool fill_store(void)
{
    pp_store *store = capture.store;
    if (!capture.generation || !store || store->count >= store->limit)
        return false;
    uint32_t wanted = ready_wanted();
    if (store->ready_count >= wanted / 2 + wanted / 4)
        return false;
    uint64_t room = store->limit - store->count;
    uint32_t count = wanted - store->ready_count;
    store->making++;
    pthread_mutex_unlock(&capture.mutex);
    pp_batch *batch = pp_store_make(store, room < count ? (uint32_t)room : count);
    pthread_mutex_lock(&capture.mutex);
    bool made = batch != NULL;
    pp_store_add(store, batch);
    return made;
}

static bool drain_session(void)
{
    if (!capture.has_session || capture.queued_full * 4 < capture.store->limit)
        return false;
    void (*drain_wanted)(void *user) = capture.drain_wanted;
    void *user = capture.session_user;
    uint64_t before = capture.queued_full;
    pthread_mutex_unlock(&capture.mutex);
    drain_wanted(user);
    pthread_mutex_lock(&capture.mutex);
    return capture.queued_full < before;
}

static bool serve_recorder(void)
{
    pp_recorder *recorder = capture.recorder;
    if (!recorder)
        return false;
    pthread_mutex_unlock(&capture.mutex);
    bool did = pp_recorder_work(recorder);
    pthread_mutex_lock(&capture.mutex);
    return did;
}

/* Waits for work; true when it came, false after the time that was chosen. */
static bool wait_for_work(enum pp_helper_state state, int64_t timeout_ns)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + timeout_ns;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    int status = 0;
    capture.helper_state = state;
    while (!capture.wake && capture.helper_state == state && status == 0)
        status = pthread_cond_clockwait(&capture.work, &capture.mutex, CLOCK_MONOTONIC, &until);
    capture.helper_state = PP_HELPER_WORKS;
    capture.wake = false;
    return status == 0;
}

static void *run_helper(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&capture.mutex);
    while (!capture.helper_stops) {
        /* What comes back by itself need not be made. */
        bool did = drain_session();
        did |= serve_recorder();
        did |= fill_store();
        if (did) {
            wait_for_work(PP_HELPER_COLLECTS, COLLECT_NS);
        } else if (!wait_for_work(PP_HELPER_IDLE, IDLE_NS)) {
            pp_threads_retire_old();
            pthread_mutex_unlock(&capture.mutex);
            pp_meta_sync_clock();
            pthread_mutex_lock(&capture.mutex);
        }
    }
    pthread_mutex_unlock(&capture.mutex);
    return NULL;
}

/* ---- Life ------------------------------------------------------------------------------------ */

/* The program's signals are not for the helper. Under the lock. */
static int create_helper(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&capture.helper, NULL, run_helper, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        pthread_setname_np(capture.helper, "paintprof");
    return error;
}

int pp_helper_start(void)
{
    pthread_mutex_lock(&capture.mutex);
    while (capture.helper_stops) /* an older one is just ending */
        pthread_cond_wait(&capture.done, &capture.mutex);
    int error = 0;
    if (!capture.has_helper) {
        error = create_helper();
        capture.has_helper = error == 0;
    }
    pthread_mutex_unlock(&capture.mutex);
    return error == 0 ? PP_OK : pp_fail(PP_ENOMEM, "cannot start the helper thread");
}

void pp_helper_reap(void)
{
    pthread_mutex_lock(&capture.mutex);
    bool is_mine =
        capture.has_helper && !capture.helper_stops && !capture.has_session && !capture.recorder;
    if (is_mine) {
        capture.helper_stops = true;
        pp_helper_ask();
    }
    pthread_t helper = capture.helper;
    pthread_mutex_unlock(&capture.mutex);
    if (!is_mine)
        return;
    pthread_join(helper, NULL);
    pthread_mutex_lock(&capture.mutex);
    capture.has_helper = capture.helper_stops = false;
    pthread_cond_broadcast(&capture.done);
    pthread_mutex_unlock(&capture.mutex);
}
