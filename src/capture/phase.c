/* capture/phase.c: the phases of the process: the built-in ones and the user's, by name. */
#include <paintprof/phase.h>

#include "base/base.h"
#include "capture/meta.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

enum { NAME_CAPACITY = 32 };

static char names[PP_PHASE_MAX][NAME_CAPACITY] = {"create", "batch", "redraw", "other", "overlay"};
static unsigned name_count = PP_PHASE_USER; /* grows only; a name below it never changes */
static pthread_mutex_t names_mutex = PTHREAD_MUTEX_INITIALIZER;

static bool is_valid_name(const char *name)
{
    size_t length = name ? strlen(name) : 0;
    return length > 0 && length < NAME_CAPACITY &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

unsigned pp_phase_count(void)
{
    return __atomic_load_n(&name_count, __ATOMIC_ACQUIRE);
}

const char *pp_phase_name(unsigned phase)
{
    return phase < pp_phase_count() ? names[phase] : NULL;
}

int pp_phase_register(const char *name)
{
    if (!is_valid_name(name))
        return pp_fail(PP_EINVAL,
                       "phase \"%.40s\": 1 to 31 characters of a-z, 0-9 and _ are allowed",
                       name ? name : "");
    pthread_mutex_lock(&names_mutex);
    int phase = PP_ELIMIT;
    bool is_new = false;
    for (unsigned i = 0; i < name_count && phase < 0; i++)
        if (strcmp(names[i], name) == 0)
            phase = (int)i;
    if (phase < 0 && name_count < PP_PHASE_MAX) {
        phase = (int)name_count;
        memcpy(names[phase], name, strlen(name) + 1);
        __atomic_store_n(&name_count, name_count + 1, __ATOMIC_RELEASE);
        is_new = true;
    }
    pthread_mutex_unlock(&names_mutex);
    if (is_new)
        pp_meta_phase(NULL, (uint32_t)phase, name);
    if (phase < 0)
        return pp_fail(PP_ELIMIT, "phase \"%s\": all %d phases are in use", name, PP_PHASE_MAX);
    return phase;
}
