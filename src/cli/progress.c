/* cli/progress.c: how far the reading is, on a terminal, and what ends it early. */
#include "cli.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* What takes less says nothing. */
static const uint64_t quiet_ns = 500000000;

static volatile sig_atomic_t caught_signal;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

cli_progress cli_progress_begin(const char *file, bool streams)
{
    bool is_in_the_way = streams && isatty(STDOUT_FILENO);
    return (cli_progress){.file = file,
                          .is_wanted = isatty(STDERR_FILENO) && !is_in_the_way,
                          .percent = 101,
                          .start_ns = now_ns()};
}

bool cli_progress_step(void *user, uint64_t done_bytes, uint64_t total_bytes)
{
    cli_progress *progress = user;
    if (caught_signal != 0)
        return false;
    if (!progress->is_wanted || now_ns() - progress->start_ns < quiet_ns)
        return true;
    double share = total_bytes > 0 ? (double)done_bytes / (double)total_bytes : 0;
    unsigned percent = share < 1 ? (unsigned)(share * 100) : 100;
    if (percent != progress->percent) {
        fprintf(stderr, "\r%s: %3u %%", progress->file, percent);
        progress->percent = percent;
        progress->is_shown = true;
    }
    return true;
}

void cli_progress_end(cli_progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = false;
}

/* ---- Signals -------------------------------------------------------------------------------- */

static void note_signal(int number)
{
    caught_signal = number;
}

void cli_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before;
        sigaction(numbers[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* nohup asked for that */
            sigaction(numbers[i], &action, NULL);
    }
}

void cli_obey_signal(void)
{
    if (caught_signal == 0)
        return;
    signal(caught_signal, SIG_DFL);
    raise(caught_signal);
}

static struct sigaction pipe_before, child_before;

void cli_ignore_pipe(void)
{
    sigaction(SIGPIPE, NULL, &pipe_before);
    sigaction(SIGCHLD, NULL, &child_before);
    signal(SIGPIPE, SIG_IGN);
}

void cli_restore_signals(void)
{
    sigaction(SIGPIPE, &pipe_before, NULL);
    sigaction(SIGCHLD, &child_before, NULL);
}
