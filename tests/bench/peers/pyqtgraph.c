/* peers/pyqtgraph.c: pyqtgraph's Profiler, in a Python process that runs blocks on demand, so that
 * it takes its turn with the others. */
#include "peers.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t child;
static FILE *requests, *answers;
static char text[PEER_PATH_BYTES], version[64];

static int spawn_python(const int request[2], const int answer[2])
{
    char *argv[] = {"/usr/bin/python3", getenv("PEERS_PYQTGRAPH"), text, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, request[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, answer[1], STDOUT_FILENO);
    for (int i = 0; i < 2; i++) {
        posix_spawn_file_actions_addclose(&actions, request[i]);
        posix_spawn_file_actions_addclose(&actions, answer[i]);
    }
    int status = posix_spawn(&child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

static const char *setup(const char *folder)
{
    int request[2], answer[2];
    peer_path(text, folder, "pyqtgraph.txt");
    if (!getenv("PEERS_PYQTGRAPH") || pipe(request) != 0)
        return "PEERS_PYQTGRAPH does not name its script";
    if (pipe(answer) != 0 || spawn_python(request, answer) != 0)
        return "its process cannot be started";
    close(request[0]);
    close(answer[1]);
    requests = fdopen(request[1], "w");
    answers = fdopen(answer[0], "r");
    if (!requests || !answers || !fgets(version, sizeof version, answers))
        return "its process ended before its first answer";
    version[strcspn(version, "\n")] = 0;
    peer_pyqtgraph.version = version;
    return NULL;
}

static double block_ns(bool recording, uint64_t zones)
{
    char line[64];
    fprintf(requests, "%s %llu\n", recording ? "record" : "off", (unsigned long long)zones);
    if (fflush(requests) != 0 || !fgets(line, sizeof line, answers))
        return -1;
    return strtod(line, NULL);
}

static void teardown(uint64_t zones)
{
    if (requests)
        fclose(requests);
    if (answers)
        fclose(answers);
    if (child > 0)
        waitpid(child, NULL, 0);
    peer_pyqtgraph.bytes_per_zone = (double)peer_bytes_on_disk(text, NULL) / (double)zones;
}

peer peer_pyqtgraph = {
    .name = "pyqtgraph Profiler",
    .version = "",
    .recorded_to = "text on standard output, a file here",
    .background = "none",
    .block = 256,
    .setup = setup,
    .block_ns = block_ns,
    .teardown = teardown,
};
