/* cli/ctl.c: paintprof ctl: tells the probe in a running program what to do.
 *
 * The probe listens on a socket of its user's; a line goes there and one comes back. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { PID_MOST = 4194304, ANSWER_BYTES = 4096, REQUEST_BYTES = PATH_MAX + 64, TIMEOUT_S = 5 };

static int run(int argc, char **argv);

const cli_command cli_ctl = {
    .name = "ctl",
    .summary = "steer a program that paintprof run has started",
    .help = "Usage: paintprof ctl PID COMMAND [ARGUMENT]\n"
            "Steers the probe in a running program that paintprof run has started.\n"
            "\n"
            "  overlay full|mini|items|off   show live numbers, or none\n"
            "  reset                         forget the frames so far\n"
            "  record start [FILE]           begin a recording\n"
            "  record stop                   end it\n"
            "  snapshot [FILE]               keep the last seconds of it in a file\n"
            "  flash on|off                  outline what is repainted\n"
            "  status                        what it is doing\n"
            "\n"
            "What it answers goes to standard output. Exit status: 0 done, 1 it could not be\n"
            "done or nobody answered within 5 seconds, 2 wrong usage.\n",
    .run = run,
};

/* ---- Commands ---------------------------------------------------------------------------------
 */

/* A command as the probe knows it: its words, then the choices of one more, or a file. */
typedef struct ctl_command {
    const char *words;
    const char *const *choices; /* NULL: none */
    bool takes_file;            /* optional */
} ctl_command;

static const char *const pages[] = {"full", "mini", "items", "off", NULL};
static const char *const on_off[] = {"on", "off", NULL};

static const ctl_command commands[] = {
    {"overlay", pages, false},    {"reset", NULL, false},   {"record start", NULL, true},
    {"record stop", NULL, false}, {"snapshot", NULL, true}, {"flash", on_off, false},
    {"status", NULL, false},
};

static bool is_choice(const char *const *choices, const char *word)
{
    while (*choices && strcmp(*choices, word) != 0)
        choices++;
    return *choices != NULL;
}

/* How many words of a command there are at the front of words; 0 if it is another one. */
static int match(const ctl_command *command, int count, char **words)
{
    char both[64];
    if (strcmp(command->words, words[0]) == 0)
        return 1;
    if (count < 2 || snprintf(both, sizeof both, "%s %s", words[0], words[1]) >= (int)sizeof both)
        return 0;
    return strcmp(command->words, both) == 0 ? 2 : 0;
}

static bool put_file(char *out, size_t capacity, const char *words, const char *file)
{
    char folder[PATH_MAX] = "";
    if (file[0] != '/' && !getcwd(folder, sizeof folder))
        return false;
    int size =
        snprintf(out, capacity, "%s %s%s%s\n", words, folder, file[0] == '/' ? "" : "/", file);
    return size > 0 && (size_t)size < capacity && !strchr(file, '\n');
}

/* The line to send for the words of the command line. CLI_GO_ON, or CLI_USAGE. */
static int make_request(int count, char **words, char *out, size_t capacity)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const ctl_command *command = &commands[i];
        int used = match(command, count, words);
        const char *more = used && used < count ? words[used] : NULL;
        bool is_right = used && count <= used + 1 &&
                        (more != NULL) <= (command->choices || command->takes_file);
        if (is_right && command->choices)
            is_right = more && is_choice(command->choices, more);
        if (!is_right)
            continue;
        if (more && command->takes_file)
            return put_file(out, capacity, command->words, more)
                       ? CLI_GO_ON
                       : cli_usage_error(&cli_ctl, "'%s' is no path that can be sent", more);
        snprintf(out, capacity, "%s%s%s\n", command->words, more ? " " : "", more ? more : "");
        return CLI_GO_ON;
    }
    return cli_usage_error(&cli_ctl, "'%s%s%s' is no command", words[0], count > 1 ? " " : "",
                           count > 1 ? words[1] : "");
}

/* ---- The socket -------------------------------------------------------------------------------
 */

static int fail(uint64_t pid, const char *reason)
{
    fprintf(stderr, CLI_PROGRAM " ctl: process %llu %s\n", (unsigned long long)pid, reason);
    return CLI_FAILED;
}

static bool put_address(uint64_t pid, struct sockaddr_un *address)
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    address->sun_family = AF_UNIX;
    int size = snprintf(address->sun_path, sizeof address->sun_path, "%s/paintprof-%u/%llu.ctl",
                        folder && folder[0] == '/' ? folder : "/tmp", (unsigned)getuid(),
                        (unsigned long long)pid);
    return size > 0 && (size_t)size < sizeof address->sun_path;
}

/* Why nobody listens there. */
static int say_unreachable(uint64_t pid, int error)
{
    struct stat process;
    char path[64];
    snprintf(path, sizeof path, "/proc/%llu", (unsigned long long)pid);
    if (stat(path, &process) != 0)
        return fail(pid, "does not exist");
    if (process.st_uid != getuid())
        return fail(pid, "belongs to another user");
    if (error == ENOENT || error == ECONNREFUSED)
        return fail(pid, "is not profiled by paintprof run (or has another XDG_RUNTIME_DIR)");
    return fail(pid, strerror(error));
}

/* The connected socket, -1 with errno. */
static int connect_to(const struct sockaddr_un *address)
{
    const struct timeval most = {.tv_sec = TIMEOUT_S};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

/* Sends the line and reads one; its size, 0 if none came, -1 with errno. */
static ssize_t ask(int fd, const char *request, char *answer, size_t capacity)
{
    size_t size = 0;
    ssize_t got = send(fd, request, strlen(request), MSG_NOSIGNAL);
    while (got > 0 && size < capacity - 1 && !memchr(answer, '\n', size)) {
        got = recv(fd, answer + size, capacity - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
    }
    answer[size] = '\0';
    answer[strcspn(answer, "\n")] = '\0';
    return got < 0 && size == 0 ? -1 : (ssize_t)size;
}

/* "ok", "ok: text" or "error: text". */
static int print_answer(uint64_t pid, const char *answer)
{
    if (strncmp(answer, "ok", 2) == 0 && (answer[2] == '\0' || answer[2] == ':')) {
        const char *text = answer + 2 + strspn(answer + 2, ": ");
        if (*text)
            puts(text);
        return cli_finish_output();
    }
    const char *text = strncmp(answer, "error: ", 7) == 0 ? answer + 7 : answer;
    char reason[ANSWER_BYTES + 16];
    snprintf(reason, sizeof reason, "refused: %s", text);
    return fail(pid, *text ? reason : "hung up without an answer");
}

static int talk(uint64_t pid, const char *request)
{
    struct sockaddr_un address;
    char answer[ANSWER_BYTES];
    if (!put_address(pid, &address))
        return fail(pid, "cannot be reached: the path in XDG_RUNTIME_DIR is too long");
    int fd = connect_to(&address);
    if (fd < 0)
        return say_unreachable(pid, errno);
    ssize_t size = ask(fd, request, answer, sizeof answer);
    int error = errno;
    close(fd);
    if (size < 0)
        return fail(pid, error == EAGAIN || error == EWOULDBLOCK
                             ? "did not answer within 5 seconds: it may be busy"
                             : strerror(error));
    return print_answer(pid, answer);
}

static int run(int argc, char **argv)
{
    static const cli_option options[] = {{0}};
    char request[REQUEST_BYTES];
    char **words;
    uint64_t pid;
    int status = cli_parse_words(&cli_ctl, argc, argv, options, NULL, &words);
    if (status != CLI_GO_ON)
        return status;
    int count = 0;
    while (words[count])
        count++;
    if (count == 0 || !cli_parse_count(words[0], 1, PID_MOST, &pid))
        return cli_usage_error(&cli_ctl, "the first argument is a process id%s%s",
                               count ? ", not " : "", count ? words[0] : "");
    if (count == 1)
        return cli_usage_error(&cli_ctl, "no command was given");
    status = make_request(count - 1, words + 1, request, sizeof request);
    return status == CLI_GO_ON ? talk(pid, request) : status;
}
