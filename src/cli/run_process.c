/* cli/run_process.c: starts the program, passes signals on to it, and waits for its end.
 *
 * Signals are taken one by one with sigtimedwait(), without handlers. One that the kernel sent, as
 * for Ctrl+C, has gone to the whole group of the terminal, the program included, and is not passed
 * on a second time. */
#include "run.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The probe closes the program's windows when its time is over and quits 2 s later; then we. */
enum { TERM_AFTER_MS = 4000, KILL_AFTER_MS = 2000 };

/* How long a program may take from its start to the probe's loading, where it has begun to load
 * Qt 6, and from there to its event loop. */
enum { LOAD_MOST_MS = 30000 };

/* How often what the probes told is read: often until the first is loaded. */
enum { POLL_MS = 50, IDLE_POLL_MS = 1000, SAY_WHY_MS = 5000 };

static const int passed[] = {SIGINT,  SIGTERM,  SIGHUP,  SIGQUIT, SIGUSR1,
                             SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT};

typedef struct child {
    pid_t pid;
    const run_settings *settings;
    const run_file *file;
    const run_place *place;
    run_end *end;
    int64_t start_ms, loaded_ms; /* loaded_ms 0: not yet */
    int64_t looked_ms;           /* when its processes were last looked at */
    int64_t ending_ms, term_ms;  /* when the probe began to end it, and when we did */
    bool has_term, has_kill;
} child;

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Start ------------------------------------------------------------------------------------
 */

static bool is_elf(const char *path)
{
    char magic[SELFMAG] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is = fd >= 0 && read(fd, magic, sizeof magic) == (ssize_t)sizeof magic &&
              memcmp(magic, ELFMAG, sizeof magic) == 0;
    if (fd >= 0)
        close(fd);
    return is;
}

/* In the child. A file without a first line that names a shell is for /bin/sh, as ever. */
static void execute(const char *path, char **arguments, char **environment)
{
    static char shell[] = "sh";
    size_t count = 0;
    execve(path, arguments, environment);
    if (errno != ENOEXEC || is_elf(path))
        return;
    while (arguments[count])
        count++;
    char **script = calloc(count + 2, sizeof *script);
    if (!script)
        return;
    script[0] = shell;
    script[1] = strdup(path);
    for (size_t i = 1; i < count; i++)
        script[i + 1] = arguments[i];
    execve("/bin/sh", script, environment);
}

static void become(const run_settings *settings, const run_file *file, char **environment,
                   const sigset_t *mask, int failure)
{
    cli_restore_signals();
    sigprocmask(SIG_SETMASK, mask, NULL);
    execute(file->path, settings->program, run_is_reachable(file) ? environment : environ);
    int error = errno;
    ssize_t written = write(failure, &error, sizeof error);
    _exit(written == (ssize_t)sizeof error ? RUN_CANNOT : RUN_MISSING);
}

/* The child's errno, 0 once it is the program. */
static int start(child *c, char **environment, const sigset_t *mask)
{
    int ends[2], error = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    c->start_ms = now_ms();
    c->pid = fork();
    if (c->pid == 0)
        become(c->settings, c->file, environment, mask, ends[1]);
    int fork_error = errno;
    close(ends[1]);
    if (c->pid < 0)
        error = fork_error;
    else
        while (read(ends[0], &error, sizeof error) < 0 && errno == EINTR)
            ;
    close(ends[0]);
    if (c->pid > 0 && error != 0)
        waitpid(c->pid, NULL, 0);
    return error;
}

/* ---- While it runs ----------------------------------------------------------------------------
 */

/* Stops as the program did, so that whoever started us sees it; goes on with it. */
static void stop_like(pid_t pid, int number)
{
    if (number == SIGSTOP)
        return; /* not for us: somebody else will let it go on */
    raise(SIGSTOP);
    kill(pid, SIGCONT);
}

/* True when the program has ended. */
static bool reap(child *c)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(c->pid, &status, WNOHANG | WUNTRACED)) > 0 ||
           (pid < 0 && errno == EINTR)) {
        if (pid < 0)
            continue;
        if (WIFSTOPPED(status)) {
            stop_like(c->pid, WSTOPSIG(status));
            continue;
        }
        c->end->status = status;
        return true;
    }
    return false;
}

static void pass_on(const child *c, const siginfo_t *info)
{
    bool is_from_kernel = info->si_code > 0;
    if (!is_from_kernel)
        kill(c->pid, info->si_signo);
}

/* Reads what the probes told, and looks for Qt as long as there are none. */
static void look(child *c, int64_t now)
{
    run_read_status(c->place, &c->end->probes);
    if (c->end->probes.loaded_count > 0) {
        if (!c->loaded_ms)
            c->loaded_ms = now;
        if (!c->ending_ms && c->end->probes.is_ending)
            c->ending_ms = now;
        return;
    }
    int64_t age = now - c->start_ms;
    if (c->looked_ms && now - c->looked_ms < 250 + age / 4)
        return;
    c->looked_ms = now;
    if (run_is_reachable(c->file) && age > 150)
        run_look_at_processes(c->pid, &c->end->seen);
    bool is_certain = c->end->seen.qt5 || !run_is_reachable(c->file);
    if (c->end->has_said_why || age < SAY_WHY_MS || !is_certain)
        return;
    run_say_why(c->file, &c->end->seen);
    c->end->has_said_why = true;
}

/* When the program has to be ended by a signal, 0: never. The probe, which knows when the event
 * loop began, comes first where there is one. */
static int64_t term_ms(const child *c)
{
    int64_t duration_ms = (c->settings->duration_ns + 999999) / 1000000;
    if (duration_ms == 0)
        return 0;
    if (c->ending_ms)
        return c->ending_ms + TERM_AFTER_MS;
    if (c->loaded_ms)
        return c->loaded_ms + LOAD_MOST_MS + duration_ms;
    return c->start_ms + (c->end->seen.qt6 ? LOAD_MOST_MS : 0) + duration_ms;
}

/* Ends the program after its time, with less and less choice. */
static void enforce(child *c, int64_t now)
{
    int64_t due = term_ms(c);
    if (due == 0 || now < due)
        return;
    if (!c->has_term) {
        c->has_term = true;
        c->term_ms = now;
        kill(c->pid, SIGTERM);
    } else if (now - c->term_ms >= KILL_AFTER_MS && !c->has_kill) {
        c->has_kill = true;
        kill(c->pid, SIGKILL);
    }
}

/* How long until something is to be looked at. */
static int64_t wait_ms(const child *c, int64_t now)
{
    bool is_settled = c->loaded_ms || now - c->start_ms > LOAD_MOST_MS;
    int64_t most = is_settled && !c->has_term ? IDLE_POLL_MS : POLL_MS;
    int64_t due = term_ms(c);
    return due > now && due - now < most ? due - now : most;
}

static void stay_with(child *c, const sigset_t *signals)
{
    while (!reap(c)) {
        int64_t now = now_ms();
        look(c, now);
        enforce(c, now);
        int64_t ms = wait_ms(c, now);
        const struct timespec most = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
        siginfo_t info;
        int number = sigtimedwait(signals, &info, &most);
        if (number > 0 && number != SIGCHLD)
            pass_on(c, &info);
    }
    run_read_status(c->place, &c->end->probes);
    c->end->is_ours = c->has_term || c->end->probes.is_ending;
}

int run_program(const run_settings *settings, const run_file *file, const run_place *place,
                char **environment, run_end *end)
{
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++)
        sigaddset(&signals, passed[i]);
    sigprocmask(SIG_BLOCK, &signals, &before);
    signal(SIGCHLD, SIG_DFL);

    *end = (run_end){0};
    child c = {.settings = settings, .file = file, .place = place, .end = end};
    int error = start(&c, environment, &before);
    if (error != 0)
        run_say("%s: %s", file->path, strerror(error));
    else
        stay_with(&c, &signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error == 0 ? CLI_GO_ON : error == ENOENT ? RUN_MISSING : RUN_CANNOT;
}

/* ---- Its end ----------------------------------------------------------------------------------
 */

/* The program's own signal, without a second core file. */
static int die_of(int number)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    signal(number, SIG_DFL);
    raise(number);
    return 128 + number;
}

int run_end_like(const run_end *end)
{
    if (!WIFSIGNALED(end->status))
        return end->is_ours ? 0 : WEXITSTATUS(end->status);
    int number = WTERMSIG(end->status);
    if (end->is_ours && (number == SIGTERM || number == SIGKILL))
        return 0;
    return die_of(number);
}
