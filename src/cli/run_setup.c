/* cli/run_setup.c: where the probe and the files of a run are, and the program's environment.
 *
 * The probe puts back QT_PLUGIN_PATH, QT_QPA_GENERIC_PLUGINS and LD_PRELOAD as they were and takes
 * its own variables away, so that the programs that this one starts are not profiled. */
#include "run.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "PAINTPROF_PROBE_"
#define SAVED PREFIX "SAVED_"
#define PLUGIN "generic/libpaintprofprobe.so"
#define PRELOAD "libpaintprof-causes.so"

enum { ADDED_MAX = 24 };

/* Formats a path; false if it does not fit. */
static bool put_path(char *out, size_t capacity, const char *format, ...) PP_PRINTF(3, 4);
static bool put_path(char *out, size_t capacity, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(out, capacity, format, args);
    va_end(args);
    return size >= 0 && (size_t)size < capacity;
}

/* ---- The probe --------------------------------------------------------------------------------
 */

/* The folder that this program is in. */
static bool own_folder(char *out, size_t capacity)
{
    ssize_t size = readlink("/proc/self/exe", out, capacity - 1);
    if (size <= 0)
        return false;
    out[size] = '\0';
    char *slash = strrchr(out, '/');
    if (slash)
        *slash = '\0';
    return slash != NULL;
}

/* Looks for both parts in a folder of libraries. */
static bool look_for_probe(run_place *place, const char *own, const char *libraries)
{
    char path[PATH_MAX];
    if (!put_path(path, sizeof path, "%s/%s/paintprof/plugins", own, libraries) ||
        !realpath(path, place->plugins))
        return false;
    if (!put_path(path, sizeof path, "%s/" PLUGIN, place->plugins) || access(path, R_OK) != 0)
        return false;
    if (!put_path(path, sizeof path, "%s/%s/paintprof/" PRELOAD, own, libraries) ||
        !realpath(path, place->preload))
        place->preload[0] = '\0';
    return true;
}

/* In a build tree, then in an installed one. */
static bool find_probe(run_place *place)
{
    char folder[PATH_MAX];
    return own_folder(folder, sizeof folder) &&
           (look_for_probe(place, folder, "../lib") ||
            look_for_probe(place, folder, "../" CLI_LIBRARIES));
}

/* Lists of paths are cut at these characters, and know no way to escape them. */
static bool make_listable(const run_place *place, char *path, const char *separators,
                          const char *name)
{
    char link[PATH_MAX];
    if (!strpbrk(path, separators))
        return true;
    if (strpbrk(place->folder, separators) ||
        !put_path(link, sizeof link, "%s/%s", place->folder, name) || symlink(path, link) != 0)
        return false;
    strcpy(path, link);
    return true;
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static bool make_folder(run_place *place)
{
    const char *base = getenv("TMPDIR");
    if (!base || base[0] != '/')
        base = "/tmp";
    return put_path(place->folder, sizeof place->folder, "%s/paintprof-run-XXXXXX", base) &&
           mkdtemp(place->folder) != NULL;
}

/* The program may change its folder. */
static bool make_absolute(const char *path, char *out, size_t capacity)
{
    char folder[PATH_MAX];
    if (path[0] == '/')
        return put_path(out, capacity, "%s", path);
    return getcwd(folder, sizeof folder) && put_path(out, capacity, "%s/%s", folder, path);
}

/* Several processes need several names: %p goes before the extension. */
static bool add_process(char *path, size_t capacity)
{
    char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (strstr(path, "%p"))
        return true;
    char end[PATH_MAX] = "";
    if (dot && dot > slash + 1) {
        strcpy(end, dot);
        *dot = '\0';
    }
    size_t size = strlen(path);
    return put_path(path + size, capacity - size, ".%%p%s", end);
}

static bool place_recording(const run_settings *settings, run_place *place)
{
    if (settings->record)
        return make_absolute(settings->record, place->record, sizeof place->record) &&
               (!settings->attach_children || add_process(place->record, sizeof place->record));
    return !settings->wants_report ||
           put_path(place->record, sizeof place->record, "%s/%%p.pprec", place->folder);
}

bool run_record_path(const run_place *place, pid_t pid, char *out, size_t capacity)
{
    size_t size = 0;
    for (const char *at = place->record; *at; at++) {
        char number[16] = {*at};
        if (*at == '%' && at[1] == 'p')
            snprintf(number, sizeof number, "%d", (int)pid);
        at += *at == '%' && (at[1] == 'p' || at[1] == '%');
        size_t count = strlen(number);
        if (size + count >= capacity)
            return false;
        memcpy(out + size, number, count);
        size += count;
    }
    out[size] = '\0';
    return size > 0;
}

int run_prepare(const run_settings *settings, run_place *place)
{
    *place = (run_place){0};
    if (!find_probe(place)) {
        run_say("the probe is not there: %s belongs into ../" CLI_LIBRARIES
                "/paintprof/plugins, seen from this program",
                PLUGIN);
        return CLI_FAILED;
    }
    if (!make_folder(place)) {
        run_say("no temporary folder can be made: %s", strerror(errno));
        return CLI_FAILED;
    }
    if (settings->no_causes)
        place->preload[0] = '\0';
    bool ok = put_path(place->status, sizeof place->status, "%s/status", place->folder) &&
              place_recording(settings, place) &&
              (!settings->csv || make_absolute(settings->csv, place->csv, sizeof place->csv)) &&
              make_listable(place, place->plugins, ":", "plugins") &&
              make_listable(place, place->preload, ": ", "causes");
    if (!ok) {
        run_say("a path is too long, or holds a colon where that cannot be");
        run_clean_up(place);
        return CLI_FAILED;
    }
    return CLI_GO_ON;
}

/* Recordings in it are of processes that have ended, or of no use to those that have not. */
void run_clean_up(const run_place *place)
{
    DIR *folder = place->folder[0] ? opendir(place->folder) : NULL;
    if (!folder)
        return;
    const struct dirent *entry;
    while ((entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
    rmdir(place->folder);
}

/* ---- The environment --------------------------------------------------------------------------
 */

typedef struct variables {
    char **items;
    size_t count;
    bool failed;
} variables;

static void add(variables *list, const char *format, ...) PP_PRINTF(2, 3);
static void add(variables *list, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (vasprintf(&list->items[list->count], format, args) < 0)
        list->failed = true;
    else
        list->count++;
    va_end(args);
}

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *const lent[] = {"QT_PLUGIN_PATH", "QT_QPA_GENERIC_PLUGINS", "LD_PRELOAD"};

static bool is_lent(const char *variable)
{
    for (size_t i = 0; i < sizeof lent / sizeof lent[0]; i++)
        if (begins_with(variable, lent[i]) && variable[strlen(lent[i])] == '=')
            return true;
    return false;
}

/* The user's own value of a variable, also inside another run; NULL: it is not set. */
static const char *users_value(const char *name)
{
    char saved[64];
    snprintf(saved, sizeof saved, SAVED "%s", name);
    return getenv(getenv(PREFIX "STATUS") ? saved : name);
}

/* Lends a variable: ours before or behind what the user had. */
static void lend(variables *list, const char *name, const char *ours, char separator, bool is_first)
{
    const char *old = users_value(name);
    if (old)
        add(list, SAVED "%s=%s", name, old);
    if (!old || !*old)
        add(list, "%s=%s", name, ours);
    else if (is_first)
        add(list, "%s=%s%c%s", name, ours, separator, old);
    else
        add(list, "%s=%s%c%s", name, old, separator, ours);
}

static void lend_all(variables *list, const run_place *place)
{
    lend(list, "QT_PLUGIN_PATH", place->plugins, ':', true);
    lend(list, "QT_QPA_GENERIC_PLUGINS", "paintprof", ',', false);
    const char *old = users_value("LD_PRELOAD");
    if (place->preload[0])
        lend(list, "LD_PRELOAD", place->preload, ':', true);
    else if (old) {
        add(list, SAVED "LD_PRELOAD=%s", old);
        add(list, "LD_PRELOAD=%s", old);
    }
}

static void add_probe(variables *list, const run_settings *settings, const run_place *place)
{
    add(list, PREFIX "STATUS=%s", place->status);
    if (place->record[0])
        add(list, PREFIX "RECORD=%s", place->record);
    if (settings->has_record_size)
        add(list, PREFIX "RECORD_SIZE=%llu", (unsigned long long)settings->record_mib << 20);
    if (place->csv[0])
        add(list, PREFIX "CSV=%s", place->csv);
    if (settings->overlay)
        add(list, PREFIX "OVERLAY=%s", settings->overlay);
    if (settings->flash)
        add(list, PREFIX "FLASH=1");
    if (settings->no_items)
        add(list, PREFIX "ITEMS=0");
    if (settings->no_causes)
        add(list, PREFIX "CAUSES=0");
    if (settings->has_profile)
        add(list, PREFIX "PROFILE=%.6f", (double)settings->profile_ns / 1e6);
    if (settings->has_slow_event)
        add(list, PREFIX "SLOW_EVENT=%.6f", (double)settings->slow_event_ns / 1e6);
    if (settings->duration_ns > 0)
        add(list, PREFIX "DURATION=%lld.%09lld", (long long)(settings->duration_ns / 1000000000),
            (long long)(settings->duration_ns % 1000000000));
    if (settings->attach_children)
        add(list, PREFIX "CHILDREN=1");
}

char **run_environment(const run_settings *settings, const run_place *place)
{
    size_t count = 0;
    while (environ[count])
        count++;
    variables list = {.items = calloc(count + ADDED_MAX + 1, sizeof(char *))};
    if (!list.items)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!begins_with(environ[i], PREFIX) && !is_lent(environ[i]))
            add(&list, "%s", environ[i]);
    lend_all(&list, place);
    add_probe(&list, settings, place);
    if (!list.failed)
        return list.items;
    run_free_environment(list.items);
    return NULL;
}

void run_free_environment(char **environment)
{
    for (size_t i = 0; environment[i]; i++)
        free(environment[i]);
    free(environment);
}
