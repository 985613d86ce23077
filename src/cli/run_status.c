/* cli/run_status.c: what probes told: lines of a file that each of them appends to.
 *
 *   loaded PID QTVERSION PLATFORM
 *   ending PID                       its time is over: it ends the program
 *   error PID TEXT */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_BYTES = 1024 };

static void take_loaded(run_status *status, pid_t pid)
{
    for (size_t i = 0; i < status->loaded_count; i++)
        if (status->loaded[i] == pid)
            return;
    if (status->loaded_count < RUN_PROBES_MAX)
        status->loaded[status->loaded_count++] = pid;
}

static void take_line(run_status *status, const char *line, size_t *errors)
{
    char word[16], *end;
    if (sscanf(line, "%15s", word) != 1)
        return;
    const char *rest = line + strlen(word);
    pid_t pid = (pid_t)strtol(rest, &end, 10);
    if (strcmp(word, "loaded") == 0 && pid > 0)
        take_loaded(status, pid);
    else if (strcmp(word, "ending") == 0)
        status->is_ending |= status->loaded_count > 0 && pid == status->loaded[0];
    else if (strcmp(word, "error") == 0 && ++*errors > status->errors_said) {
        status->errors_said++;
        run_say("process %d: %s", (int)pid, *end == ' ' ? end + 1 : end);
    }
}

void run_read_status(const run_place *place, run_status *status)
{
    struct stat file;
    if (stat(place->status, &file) != 0 || file.st_size == status->read_bytes)
        return;
    FILE *in = fopen(place->status, "re");
    char line[LINE_BYTES];
    size_t errors = 0;
    while (in && fgets(line, sizeof line, in)) {
        char *end = strchr(line, '\n');
        if (!end)
            break; /* it is being written */
        *end = '\0';
        take_line(status, line, &errors);
    }
    if (in)
        fclose(in);
    status->read_bytes = file.st_size;
}
