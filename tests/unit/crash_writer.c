/* unit/crash_writer.c: the program that test_crash.c kills: four threads record, and tell after
 * each record how far they are, in a file that both processes have mapped.
 *
 *   PAINTPROF_RECORD=FILE crash_writer PROGRESS_FILE kill|segv|abort|exit|finish */
#include <fcntl.h>
#include <paintprof/paintprof.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { THREADS = 4, ENOUGH = 20000, PROGRESS_BYTES = 4096 };

typedef struct job {
    uint64_t *progress;
    const char *end;
} job;

/* Two sides of the same: what was told is in the recording, and what is there was told or is the
 * next one. */
static void record(const job *j, uint64_t i)
{
    PP_ZONE(zone, "crash zone", PP_PHASE_REDRAW);
    pp_mark(&zone, "a static label");
    pp_markf(&zone, "%llu", (unsigned long long)i);
    PP_END(zone);
    __atomic_store_n(j->progress, i + 1, __ATOMIC_RELEASE);
}

/* A page that may not be written to: a SIGSEGV from the processor, not from kill(). */
static void raise_fault(void)
{
    volatile char *page = mmap(NULL, PROGRESS_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED)
        *page = 1;
}

static void end_as_asked(const char *end)
{
    if (strcmp(end, "segv") == 0)
        raise_fault();
    else if (strcmp(end, "abort") == 0)
        abort();
    else if (strcmp(end, "exit") == 0)
        _exit(3);
}

static void *run(void *user)
{
    const job *j = user;
    bool is_endless = strcmp(j->end, "kill") == 0;
    for (uint64_t i = 0; is_endless || i < ENOUGH; i++)
        record(j, i);
    end_as_asked(j->end);
    return NULL;
}

int main(int argc, char **argv)
{
    int fd = argc == 3 ? open(argv[1], O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) {
        fputs("usage: crash_writer PROGRESS_FILE kill|segv|abort|exit|finish\n", stderr);
        return 2;
    }
    uint64_t *progress = mmap(NULL, PROGRESS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (progress == MAP_FAILED)
        return 2;
    pthread_t threads[THREADS];
    job jobs[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        jobs[i] = (job){progress + i * 8, argv[2]};
        if (pthread_create(&threads[i], NULL, run, &jobs[i]) != 0)
            return 2;
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
