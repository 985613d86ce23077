/* unit/test_crash.c: a program that records is killed at any instant: every record that it had made
 * is found, in order, and none that it had not. */
#include "recording_support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum { THREADS = 4, THREADS_MAX = 16, PROGRESS_BYTES = 4096 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { KILLS = 60 };
#else
enum { KILLS = PP_TEST_KILLS };
#endif

static char progress_path[128];
static uint64_t *progress;
static uint64_t random_state = 20261124;

static uint64_t next_random(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 33;
}

static int set_up(void **state)
{
    if (make_folder(state) != 0)
        return -1;
    snprintf(progress_path, sizeof progress_path, "%s/progress", folder);
    int fd = open(progress_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, PROGRESS_BYTES) != 0)
        return -1;
    progress = mmap(NULL, PROGRESS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return progress == MAP_FAILED ? -1 : 0;
}

static int tear_down(void **state)
{
    munmap(progress, PROGRESS_BYTES);
    return remove_folder(state);
}

static pid_t start_writer(const char *end, const char *size_mib)
{
    memset(progress, 0, PROGRESS_BYTES);
    pid_t child = fork();
    if (child == 0) {
        setenv("PAINTPROF_RECORD", file_path, 1);
        setenv("PAINTPROF_RECORD_SIZE", size_mib, 1);
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO); /* sanitizers have much to say about a planned SIGSEGV */
        execl(PP_TEST_CRASH_WRITER, PP_TEST_CRASH_WRITER, progress_path, end, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    return child;
}

static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* Per thread of the recording: the formatted marks, which count from 0. */
typedef struct sequence {
    uint64_t next;
    uint64_t wrong;
    bool has_begun;
} sequence;

static sequence sequences[THREADS_MAX];

static void check_mark(found *f, const pp_mark_record *mark)
{
    (void)f;
    if (mark->label[0] < '0' || mark->label[0] > '9')
        return;
    sequence *s = &sequences[mark->thread % THREADS_MAX];
    uint64_t number = strtoull(mark->label, NULL, 10);
    s->wrong += s->has_begun && number != s->next;
    s->has_begun = true;
    s->next = number + 1;
}

/* Threads of the file are matched to threads of the program by how far they came. */
static void assert_all_there(const found *f)
{
    uint64_t told = 0, read = 0;
    for (size_t i = 0; i < THREADS; i++)
        told += __atomic_load_n(&progress[i * 8], __ATOMIC_ACQUIRE);
    for (size_t i = 0; i < THREADS_MAX; i++) {
        assert_int_equal(sequences[i].wrong, 0);
        read += sequences[i].next;
    }
    assert_in_range(read, told, told + THREADS);
    for (size_t t = 0; t < THREADS; t++) {
        bool is_matched = progress[t * 8] == 0;
        for (size_t i = 0; i < THREADS_MAX && !is_matched; i++)
            is_matched =
                sequences[i].next == progress[t * 8] || sequences[i].next == progress[t * 8] + 1;
        assert_true(is_matched);
    }
    assert_int_equal(f->info.dropped, 0);
    assert_int_equal(f->info.damaged, 0);
    assert_int_equal(f->bad_order, 0);
}

static void read_and_check(bool is_unbounded)
{
    memset(sequences, 0, sizeof sequences);
    found f = {.on_mark = check_mark};
    read_recording(file_path, &f);
    assert_false(f.info.complete);
    if (is_unbounded) {
        assert_all_there(&f);
        assert_in_range(f.zones_ended + THREADS, f.info.zones, f.info.zones + THREADS);
        assert_in_range(f.info.marks, 2 * f.zones_ended, 2 * f.zones_ended + 2 * THREADS);
    } else {
        for (size_t i = 0; i < THREADS_MAX; i++)
            assert_int_equal(sequences[i].wrong, 0);
    }
}

static void kill_one(uint64_t after_us, bool is_unbounded)
{
    pid_t child = start_writer("kill", is_unbounded ? "0" : "1");
    /* The instant counts from the first record: before it there is nothing to lose. */
    for (int i = 0; i < 200000 && !__atomic_load_n(&progress[0], __ATOMIC_ACQUIRE); i++)
        nanosleep(&(struct timespec){.tv_nsec = 50000}, NULL);
    nanosleep(&(struct timespec){.tv_nsec = (long)after_us * 1000}, NULL);
    kill(child, SIGKILL);
    int status = wait_for(child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    read_and_check(is_unbounded);
}

static void killed_at_random_instants_nothing_is_lost_and_nothing_invented(void **state)
{
    (void)state;
    skip_if_emulated();
    for (int i = 0; i < KILLS; i++)
        kill_one(next_random() % 4000, true);
}

static void a_killed_flight_recorder_keeps_its_newest(void **state)
{
    (void)state;
    skip_if_emulated();
    for (int i = 0; i < KILLS / 20; i++)
        kill_one(20000 + next_random() % 20000, false);
}

static void a_program_that_crashes_or_leaves_by_exit_loses_nothing(void **state)
{
    (void)state;
    skip_if_emulated();
    static const char *const ends[] = {"segv", "abort", "exit"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        int status = wait_for(start_writer(ends[i], "0"));
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
        read_and_check(true);
    }
}

static void a_program_that_ends_leaves_a_complete_file(void **state)
{
    (void)state;
    skip_if_emulated();
    int status = wait_for(start_writer("finish", "0"));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    memset(sequences, 0, sizeof sequences);
    found f = {.on_mark = check_mark};
    read_recording(file_path, &f);
    assert_true(f.info.complete);
    assert_all_there(&f);
    assert_int_equal(f.info.zones, 4 * 20000);
}

static void what_dead_programs_left_in_shared_memory_is_removed(void **state)
{
    (void)state;
    skip_if_emulated();
    struct stat status;
    char live_path[256];
    kill_one(100, true);
    pp_reader *reader = NULL;
    assert_int_equal(pp_reader_open(&reader, file_path), PP_OK);
    snprintf(live_path, sizeof live_path, "%s", pp_reader_info(reader)->live_path);
    pp_reader_close(reader);
    assert_int_equal(stat(live_path, &status), 0); /* it still has the last records */
    assert_int_equal(pp_recording_start(file_path, NULL), PP_OK);
    assert_int_equal(stat(live_path, &status), -1);
    assert_int_equal(pp_recording_stop(), PP_OK);
}

#define CRASH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CRASH_TEST(killed_at_random_instants_nothing_is_lost_and_nothing_invented),
        CRASH_TEST(a_killed_flight_recorder_keeps_its_newest),
        CRASH_TEST(a_program_that_crashes_or_leaves_by_exit_loses_nothing),
        CRASH_TEST(a_program_that_ends_leaves_a_complete_file),
        CRASH_TEST(what_dead_programs_left_in_shared_memory_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
