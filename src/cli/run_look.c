/* cli/run_look.c: finds the program, and says why one was not profiled. */
#include "run_elf.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PROCESSES_MAX = 64 };

/* ---- Finding it -------------------------------------------------------------------------------
 */

/* 0 if path is a file that can be started, else why not. */
static int check_executable(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    return access(path, X_OK) == 0 ? 0 : errno;
}

/* As execvp(): a file that cannot be started is remembered while others are tried. */
static int find_in_path(const char *name, char *out, size_t capacity)
{
    const char *list = getenv("PATH");
    int error = ENOENT;
    for (const char *at = list ? list : "/usr/local/bin:/usr/bin:/bin"; at;) {
        size_t size = strcspn(at, ":");
        int length = snprintf(out, capacity, "%.*s%s%s", (int)size, at, size ? "/" : "./", name);
        int tried = length < (int)capacity ? check_executable(out) : ENAMETOOLONG;
        if (tried == 0)
            return 0;
        if (tried == EACCES)
            error = EACCES;
        at = at[size] ? at + size + 1 : NULL;
    }
    return error;
}

/* Whether the loader will not listen to us in that file: it gets rights of its own. */
static bool is_secure(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    bool changes_user = (status.st_mode & S_ISUID) && status.st_uid != getuid();
    bool changes_group =
        (status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getgid();
    return changes_user || changes_group ||
           (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0);
}

int run_find(const char *name, run_file *out)
{
    *out = (run_file){0};
    int error;
    if (strchr(name, '/')) {
        error = check_executable(name);
        if (error == 0 && snprintf(out->path, sizeof out->path, "%s", name) >= PATH_MAX)
            error = ENAMETOOLONG;
    } else {
        error = find_in_path(name, out->path, sizeof out->path);
    }
    if (error != 0) {
        run_say("%s: %s", name,
                error == ENOENT && !strchr(name, '/') ? "there is no such program"
                                                      : strerror(error));
        return error == ENOENT || error == ENOTDIR ? RUN_MISSING : RUN_CANNOT;
    }
    run_read_file(out);
    out->is_secure = out->is_elf && is_secure(out->path);
    return CLI_GO_ON;
}

bool run_is_reachable(const run_file *file)
{
    return !file->is_other_machine && !file->is_secure;
}

/* ---- Looking at what runs ---------------------------------------------------------------------
 */

/* A line of /proc/PID/maps that names a library of Qt. */
static void note_mapping(const char *line, run_qt *qt)
{
    const char *path = strchr(line, '/');
    const char *name = path ? strrchr(path, '/') + 1 : line;
    qt->qt5 |= strncmp(name, "libQt5Core.", 11) == 0;
    qt->gui |= strncmp(name, "libQt6Gui.", 10) == 0;
    if (strncmp(name, "libQt6Core.", 11) != 0)
        return;
    qt->qt6 = true;
    if (!qt->version[0])
        run_read_qt_version(path, qt);
}

static void look_at(pid_t pid, run_qt *qt)
{
    char path[64], line[PATH_MAX + 128];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps)) {
        line[strcspn(line, "\n")] = '\0';
        if (strstr(line, "/libQt"))
            note_mapping(line, qt);
    }
    if (maps)
        fclose(maps);
}

/* Adds the children of pid to a list of *count processes. */
static void add_children(pid_t pid, pid_t *list, size_t *count)
{
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    const struct dirent *task;
    while (tasks && (task = readdir(tasks))) {
        if (!isdigit((unsigned char)task->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, task->d_name);
        FILE *children = fopen(path, "re");
        int child;
        while (children && *count < PROCESSES_MAX && fscanf(children, "%d", &child) == 1)
            list[(*count)++] = (pid_t)child;
        if (children)
            fclose(children);
    }
    if (tasks)
        closedir(tasks);
}

void run_look_at_processes(pid_t pid, run_qt *qt)
{
    pid_t list[PROCESSES_MAX] = {pid};
    size_t count = 1;
    for (size_t i = 0; i < count; i++) {
        look_at(list[i], qt);
        add_children(list[i], list, &count);
    }
}

/* ---- What it would load -------------------------------------------------------------------------
 */

/* A line of the loader: "	libQt5Core.so.5 => /usr/lib/libQt5Core.so.5 (0x...)". */
static void note_listed(char *line, run_qt *qt)
{
    char *path = strstr(line, "=> /");
    if (!path || !strstr(line, "libQt"))
        return;
    path[3 + strcspn(path + 3, " \n")] = '\0';
    note_mapping(path + 3, qt);
}

/* Lets the system's loader list the libraries, also those of libraries; nothing of the program is
 * executed. */
static void list_libraries(const run_file *file, run_qt *qt)
{
    int ends[2];
    if (strncmp(file->loader, "/lib", 4) != 0 || pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(file->loader, file->loader, "--list", file->path, (char *)NULL);
        _exit(RUN_CANNOT);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    char line[PATH_MAX + 128];
    while (in && fgets(line, sizeof line, in))
        note_listed(line, qt);
    if (in)
        fclose(in);
    else
        close(ends[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
}

/* ---- Why not ----------------------------------------------------------------------------------
 */

static bool is_old(const run_qt *qt)
{
    return qt->version[0] && (qt->major < 6 || (qt->major == 6 && qt->minor < 4));
}

static void say_of_qt6(const char *name, const run_qt *qt)
{
    if (is_old(qt))
        run_say("%s was not profiled: it uses Qt %s, and 6.4 or later is needed", name,
                qt->version);
    else if (!qt->gui)
        run_say("%s was not profiled: it uses Qt without a graphical interface", name);
    else
        run_say("%s was not profiled: it uses Qt %s, but did not load the probe: it may have ended "
                "before it had an application object, or change QT_PLUGIN_PATH",
                name, qt->version[0] ? qt->version : "6");
}

/* What is known of Qt in it: of what ran, else of the files. */
static run_qt find_qt(const run_file *file, const run_qt *seen)
{
    run_qt qt = seen->qt5 || seen->qt6 ? *seen : file->qt;
    if (!seen->qt6 && file->is_elf && !file->is_static && run_is_reachable(file))
        list_libraries(file, &qt);
    return qt;
}

void run_say_why(const run_file *file, const run_qt *seen)
{
    const run_qt qt = find_qt(file, seen);
    const char *slash = strrchr(file->path, '/');
    const char *name = slash ? slash + 1 : file->path;
    if (file->is_other_machine)
        run_say("%s was not profiled: it is built for another architecture than this paintprof",
                name);
    else if (file->is_secure)
        run_say("%s was not profiled: it is setuid, setgid or has capabilities, so that nothing "
                "can be loaded into it",
                name);
    else if (qt.qt6)
        say_of_qt6(name, &qt);
    else if (qt.qt5)
        run_say("%s was not profiled: it uses Qt 5, and Qt 6.4 or later is needed", name);
    else if (file->has_static_qt)
        run_say("%s was not profiled: Qt is linked statically into it, so that it loads no plugins",
                name);
    else if (file->is_static)
        run_say("%s was not profiled: it is linked statically, so that nothing can be loaded into "
                "it",
                name);
    else if (file->is_script)
        run_say("%s was not profiled: it is a script, and neither it nor what it started showed a "
                "window of Qt 6",
                name);
    else
        run_say("%s was not profiled: it does not use Qt", name);
}
