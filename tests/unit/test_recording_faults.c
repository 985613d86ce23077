/* unit/test_recording_faults.c: what a recording does when the machine fails it: the program goes
 * on, loses at most the recording, and is told once. */
#include "recording_support.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

/* ---- An allocator that fails when it is told to ---------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_OWN_ALLOCATOR 1 /* the sanitizer's may not be replaced */
#else
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);

static long allocations_left = -1; /* negative: never fails */

static bool may_allocate(void)
{
    if (__atomic_load_n(&allocations_left, __ATOMIC_RELAXED) < 0)
        return true;
    long left = __atomic_fetch_sub(&allocations_left, 1, __ATOMIC_RELAXED);
    if (left > 0)
        return true;
    __atomic_store_n(&allocations_left, 0, __ATOMIC_RELAXED);
    errno = ENOMEM;
    return false;
}

void *malloc(size_t size)
{
    return may_allocate() ? __libc_malloc(size) : NULL;
}

void *calloc(size_t count, size_t size)
{
    return may_allocate() ? __libc_calloc(count, size) : NULL;
}

void *realloc(void *memory, size_t size)
{
    return may_allocate() ? __libc_realloc(memory, size) : NULL;
}
#endif

/* ---- Children, since what is done to them cannot be undone ------------------------------------
 */

static void record_zones(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        PP_ZONE(zone, "fault zone", PP_PHASE_REDRAW);
        PP_END(zone);
    }
}

/* Runs body in a child, which must end with status 0; 77 skips the test. */
static void in_child(int (*body)(void))
{
    skip_if_emulated();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(body());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        fail_msg("killed by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Standard error of the child goes there, to count what the program is told. */
static void divert_errors(char *path, size_t capacity)
{
    snprintf(path, capacity, "/tmp/paintprof-errors-%d", (int)getpid());
    if (!freopen(path, "w", stderr))
        _exit(99);
}

static size_t count_lines(const char *path)
{
    size_t size, lines = 0;
    fflush(stderr);
    char *text = read_file(path, &size);
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    free(text);
    unlink(path);
    return lines;
}

static int fail_step(int step)
{
    fprintf(stdout, "step %d: %s\n", step, pp_last_error());
    return step;
}

/* The file is readable, and holds what it could take. */
static int check_cut_short(uint64_t made, int error)
{
    found f = {0};
    read_recording(file_path, &f);
    if (!f.info.complete || f.info.error != error)
        return fail_step(10);
    if (f.info.records + f.info.dropped != made || f.info.records == 0)
        return fail_step(11);
    return f.bad_order ? fail_step(12) : 0;
}

/* Whatever words names make in the file, they are no records. */
static void name_many_sites(void)
{
    char name[80] = "";
    for (size_t length = 1; length < sizeof name - 1; length++) {
        memset(name, 'a', length);
        pp_site_get(name, PP_PHASE_REDRAW);
    }
}

static int record_past_a_limit(int error)
{
    const pp_recording_opts opts = {.struct_size = sizeof opts,
                                    .size_bytes = PP_RECORDING_UNBOUNDED};
    const uint64_t made = 400000; /* 6.4 MB */
    if (pp_recording_start(file_path, &opts) != PP_OK)
        return fail_step(1);
    name_many_sites();
    record_zones(made);
    if (pp_recording_stop() != PP_EIO)
        return fail_step(2);
    if (!strstr(pp_last_error(), file_path) || !strstr(pp_last_error(), strerror(error)))
        return fail_step(3);
    return check_cut_short(made, error);
}

static int fill_a_disk(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", 0, "size=2m") != 0)
        return 77;
    return record_past_a_limit(ENOSPC);
}

static void a_full_disk_ends_the_recording_and_nothing_else(void **state)
{
    (void)state;
    in_child(fill_a_disk);
}

/* The live part is in shared memory, so that a limit on file sizes meets it as well: it is set
 * above what that needs. */
static int pass_a_file_limit(void)
{
    const struct rlimit limit = {4 << 20, 4 << 20};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 77;
    return record_past_a_limit(EFBIG);
}

static void a_limit_on_file_sizes_raises_no_signal(void **state)
{
    (void)state;
    in_child(pass_a_file_limit);
}

static int start_under_a_tiny_limit(void)
{
    const struct rlimit limit = {1024, 1024};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 77;
    if (pp_recording_start(file_path, NULL) != PP_EIO || access(file_path, F_OK) == 0)
        return fail_step(1);
    record_zones(10);
    return 0;
}

static void a_start_that_finds_no_room_leaves_no_file(void **state)
{
    (void)state;
    in_child(start_under_a_tiny_limit);
}

static int record_to_a_read_only_folder(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", MS_RDONLY, "size=1m") != 0)
        return 77;
    if (pp_recording_start(file_path, NULL) != PP_EIO || !strstr(pp_last_error(), file_path))
        return fail_step(1);
    record_zones(10);
    return 0;
}

static void a_read_only_folder_is_an_error_that_names_the_file(void **state)
{
    (void)state;
    in_child(record_to_a_read_only_folder);
}

static int live_part_without_shared_memory(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/dev/shm", "tmpfs", MS_RDONLY, NULL) != 0)
        return 77;
    unsetenv("XDG_RUNTIME_DIR");
    if (pp_recording_start(file_path, NULL) != PP_OK)
        return fail_step(1);
    record_zones(50000);
    if (pp_recording_stop() != PP_OK)
        return fail_step(2);
    found f = {0};
    read_recording(file_path, &f);
    return f.info.records == 50000 ? 0 : fail_step(3);
}

static void without_shared_memory_the_live_part_lies_beside_the_file(void **state)
{
    (void)state;
    in_child(live_part_without_shared_memory);
}

static int small_shared_memory(void)
{
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", "/dev/shm", "tmpfs", 0, "size=3m") != 0)
        return 77;
    const pp_recording_opts opts = {.struct_size = sizeof opts,
                                    .size_bytes = PP_RECORDING_UNBOUNDED};
    if (pp_recording_start(file_path, &opts) != PP_OK)
        return fail_step(1);
    record_zones(1000000);
    if (pp_recording_stop() != PP_OK)
        return fail_step(2);
    found f = {0};
    read_recording(file_path, &f);
    return f.info.records + f.info.dropped == 1000000 && f.info.records > 0 ? 0 : fail_step(3);
}

static void too_little_shared_memory_loses_records_and_counts_them(void **state)
{
    (void)state;
    in_child(small_shared_memory);
}

static int told_by_environment(void)
{
    char errors[256];
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", 0, "size=2m") != 0)
        return 77;
    setenv("PAINTPROF_RECORD", file_path, 1);
    setenv("PAINTPROF_RECORD_SIZE", "0", 1);
    char progress[256];
    snprintf(progress, sizeof progress, "%s/progress", folder);
    FILE *file = fopen(progress, "w");
    if (!file || ftruncate(fileno(file), 4096) != 0)
        return fail_step(1);
    fclose(file);
    divert_errors(errors, sizeof errors);
    pid_t child = fork();
    if (child == 0) {
        execl(PP_TEST_CRASH_WRITER, PP_TEST_CRASH_WRITER, progress, "finish", (char *)NULL);
        _exit(127);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return fail_step(2);
    size_t lines = count_lines(errors);
    return lines == 1 ? 0 : fail_step(30 + (int)lines);
}

static void who_asked_by_environment_is_told_once_on_standard_error(void **state)
{
    (void)state;
    in_child(told_by_environment);
}

#if !defined(HAS_OWN_ALLOCATOR)
static void *record_in_thread(void *unused)
{
    (void)unused;
    record_zones(100);
    return NULL;
}

/* One whole life of a recording with so many allocations granted; true if none failed. */
static bool record_with(long allocations)
{
    pthread_t thread;
    __atomic_store_n(&allocations_left, allocations, __ATOMIC_RELAXED);
    int started = pp_recording_start(file_path, NULL);
    record_zones(3000);
    bool has_thread = pthread_create(&thread, NULL, record_in_thread, NULL) == 0;
    if (has_thread)
        pthread_join(thread, NULL);
    int stopped = pp_recording_stop();
    bool failed = __atomic_load_n(&allocations_left, __ATOMIC_RELAXED) == 0;
    __atomic_store_n(&allocations_left, -1, __ATOMIC_RELAXED);
    if (started == PP_OK && stopped == PP_OK) {
        found f = {0};
        read_recording(file_path, &f);
        if (f.info.damaged || f.bad_order || f.info.records + f.info.dropped > 3100)
            _exit(fail_step(20));
    }
    return !failed;
}

static int fail_each_allocation(void)
{
    long allocations = 0;
    while (allocations < 3000 && !record_with(allocations))
        allocations++;
    if (allocations == 0 || allocations == 3000)
        return fail_step(1);
    return record_with(-1) ? 0 : fail_step(2);
}
#endif

static void any_allocation_may_fail(void **state)
{
    (void)state;
#if defined(HAS_OWN_ALLOCATOR)
    skip();
#else
    in_child(fail_each_allocation);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RECORDING_TEST(a_full_disk_ends_the_recording_and_nothing_else),
        RECORDING_TEST(a_limit_on_file_sizes_raises_no_signal),
        RECORDING_TEST(a_start_that_finds_no_room_leaves_no_file),
        RECORDING_TEST(a_read_only_folder_is_an_error_that_names_the_file),
        RECORDING_TEST(without_shared_memory_the_live_part_lies_beside_the_file),
        RECORDING_TEST(too_little_shared_memory_loses_records_and_counts_them),
        RECORDING_TEST(who_asked_by_environment_is_told_once_on_standard_error),
        RECORDING_TEST(any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
