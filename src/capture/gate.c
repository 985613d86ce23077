/* capture/gate.c: the switch, the threshold and the filter, from the environment and the program.
 */
#include "base/base.h"
#include "capture/gate_filter.h"
#include "capture/state.h"

#include <fnmatch.h>
#include <paintprof/gate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static struct {
    bool open;
    bool text;
    double ms_slower_then;
    char *filter; /* names and globs, each ended by a NUL, a last empty one; NULL: all */
} gate;

static pthread_mutex_t filter_mutex = PTHREAD_MUTEX_INITIALIZER;

bool pg_profile_enabled(void)
{
    return __atomic_load_n(&gate.open, __ATOMIC_RELAXED);
}

void pg_set_profile_enabled(bool on)
{
    __atomic_store_n(&gate.open, on, __ATOMIC_RELAXED);
    pp_sites_refresh();
}

double pg_ms_slower_then(void)
{
    double ms;
    __atomic_load(&gate.ms_slower_then, &ms, __ATOMIC_RELAXED);
    return ms;
}

void pg_set_ms_slower_then(double ms)
{
    if (!(ms > 0))
        ms = 0;
    __atomic_store(&gate.ms_slower_then, &ms, __ATOMIC_RELAXED);
}

void pp_set_text_enabled(bool on)
{
    __atomic_store_n(&gate.text, on, __ATOMIC_RELAXED);
}

bool pp_text_enabled(void)
{
    return __atomic_load_n(&gate.text, __ATOMIC_RELAXED);
}

/* Splits "A.*, B" into "A.*\0B\0\0". */
static char *split_filter(const char *globs)
{
    char *list = calloc(strlen(globs) + 2, 1);
    if (!list)
        return NULL;
    char *out = list;
    while (*globs) {
        size_t size = strcspn(globs, ",");
        const char *end = globs + size;
        const char *start = globs + strspn(globs, " \t");
        const char *stop = end;
        while (stop > start && (stop[-1] == ' ' || stop[-1] == '\t'))
            stop--;
        if (stop > start) {
            memcpy(out, start, (size_t)(stop - start));
            out += stop - start + 1;
        }
        globs = *end ? end + 1 : end;
    }
    return list;
}

int pp_set_site_filter(const char *globs)
{
    char *list = NULL;
    if (globs && *globs) {
        list = split_filter(globs);
        if (!list)
            return pp_fail(PP_ENOMEM, "out of memory for the site filter");
    }
    pthread_mutex_lock(&filter_mutex);
    char *old = gate.filter;
    gate.filter = list;
    pthread_mutex_unlock(&filter_mutex);
    free(old);
    pp_sites_refresh();
    return PP_OK;
}

bool pp_filter_matches(const char *name)
{
    pthread_mutex_lock(&filter_mutex);
    bool matches = !gate.filter;
    for (const char *glob = gate.filter; !matches && glob && *glob; glob += strlen(glob) + 1)
        matches = fnmatch(glob, name, 0) == 0;
    pthread_mutex_unlock(&filter_mutex);
    return matches;
}

/* Runs when the library is loaded, so that the gate itself stays one load. */
__attribute__((constructor)) static void read_environment(void)
{
    const char *threshold = secure_getenv("PAINTPROF_MS_SLOWER_THEN");
    if (threshold)
        pg_set_ms_slower_then(pp_strtod(threshold, NULL));
    const char *profile = secure_getenv("PAINTPROF");
    if (!profile || !*profile || strcmp(profile, "0") == 0)
        return;
    if (strcmp(profile, "1") != 0 && pp_set_site_filter(profile) != PP_OK)
        return;
    gate.open = true;
    gate.text = true;
}
