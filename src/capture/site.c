/* capture/site.c: the register of sites and labels: ids, names, and each site's word.
 *
 * A site or label is known by what it says (name, file, line, phase), so that a plugin loaded a
 * thousand times uses one id. The records in the program's memory are remembered only to set
 * their words, and forgotten when their module is unloaded. */
#include "base/base.h"
#include "capture/gate_filter.h"
#include "capture/meta.h"
#include "capture/state.h"

#include <paintprof/gate.h>
#include <paintprof/hook.h>
#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = (1 << PP_RECORD_ID_BITS) - 1, PAGE_SIZE = 256, PAGE_COUNT = 256 };

/* What a program makes any number of leaves ids for its zones and marks. */
enum { OBJECTS_MAX = 16384, TEXTS_MAX = 32768 };

/* A site record in the memory of a module of the program. */
typedef struct live_site {
    pp_site *site;
    void *dso;
    struct live_site *next;
} live_site;

/* What an id stands for. A label has kind PP_RECORD_MARK and only info.name. */
typedef struct site_entry {
    pp_site_info info;
    uint32_t id;
    unsigned kind;
    live_site *live;
    pp_site own; /* for pp_site_get() */
} site_entry;

typedef struct known_dso {
    void *dso;
    struct known_dso *next;
} known_dso;

static struct {
    pthread_mutex_t mutex;
    void *tree;                     /* tsearch() tree of entries */
    site_entry **pages[PAGE_COUNT]; /* by id; readable without the lock */
    uint32_t count;                 /* ids given: 1 to count */
    uint32_t objects, texts;        /* of these, those made by the functions for them */
    known_dso *dsos;
} sites = {.mutex = PTHREAD_MUTEX_INITIALIZER};

extern int __cxa_atexit(void (*function)(void *), void *argument, void *dso);

static int compare_entries(const void *left, const void *right)
{
    const site_entry *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->info.line != b->info.line)
        return a->info.line < b->info.line ? -1 : 1;
    if (a->info.phase != b->info.phase)
        return a->info.phase < b->info.phase ? -1 : 1;
    int order = strcmp(a->info.name, b->info.name);
    return order ? order : strcmp(a->info.file, b->info.file);
}

static site_entry *entry_of(uint32_t id)
{
    if (id == 0 || id > __atomic_load_n(&sites.count, __ATOMIC_ACQUIRE))
        return NULL;
    return sites.pages[id / PAGE_SIZE][id % PAGE_SIZE];
}

static uint32_t word_of(const site_entry *e)
{
    bool on = pp_capture_generation() && pg_profile_enabled() && pp_filter_matches(e->info.name);
    return on ? e->id << PP_RECORD_KIND_BITS | PP_RECORD_BEGIN : 0;
}

static site_entry *copy_entry(const site_entry *wanted)
{
    size_t name_bytes = strlen(wanted->info.name) + 1;
    size_t file_bytes = strlen(wanted->info.file) + 1;
    char *memory = calloc(1, sizeof(site_entry) + name_bytes + file_bytes);
    if (!memory)
        return NULL;
    site_entry *e = (site_entry *)(void *)memory;
    char *name = memory + sizeof(site_entry);
    char *file = name + name_bytes;
    memcpy(name, wanted->info.name, name_bytes);
    memcpy(file, wanted->info.file, file_bytes);
    *e = *wanted;
    e->info.name = name;
    e->info.file = file;
    return e;
}

static void tell_entry(const pp_meta_target *target, const site_entry *e)
{
    if (e->kind == PP_RECORD_MARK)
        pp_meta_label(target, e->id, e->info.name);
    else
        pp_meta_site(target, e->id, &e->info);
}

void pp_sites_tell(const pp_meta_target *target)
{
    pthread_mutex_lock(&sites.mutex);
    for (uint32_t id = 1; id <= sites.count; id++)
        tell_entry(target, entry_of(id));
    pthread_mutex_unlock(&sites.mutex);
}

/* Gives e the next id. Under the lock. */
static bool number_entry(site_entry *e)
{
    uint32_t id = sites.count + 1;
    if (id > ID_MAX)
        return false;
    site_entry ***page = &sites.pages[id / PAGE_SIZE];
    if (!*page) {
        *page = calloc(PAGE_SIZE, sizeof **page);
        if (!*page)
            return false;
    }
    e->id = id;
    (*page)[id % PAGE_SIZE] = e;
    __atomic_store_n(&sites.count, id, __ATOMIC_RELEASE);
    tell_entry(NULL, e);
    return true;
}

/* The entry that says what wanted says, made if it is new; NULL without memory or ids. Under the
 * lock. */
static site_entry *find_or_add(const site_entry *wanted)
{
    site_entry *const *found = tfind(wanted, &sites.tree, compare_entries);
    if (found)
        return *found;
    site_entry *e = copy_entry(wanted);
    if (!e)
        return NULL;
    if (!tsearch(e, &sites.tree, compare_entries)) {
        free(e);
        return NULL;
    }
    if (!number_entry(e)) {
        tdelete(e, &sites.tree, compare_entries);
        free(e);
        return NULL;
    }
    return e;
}

/* Forgets the site records of a module that is being unloaded. */
static void forget_dso(void *dso)
{
    pthread_mutex_lock(&sites.mutex);
    for (uint32_t id = 1; id <= sites.count; id++) {
        live_site **link = &entry_of(id)->live;
        while (*link) {
            live_site *live = *link;
            if (live->dso != dso) {
                link = &live->next;
                continue;
            }
            *link = live->next;
            free(live);
        }
    }
    for (known_dso **link = &sites.dsos; *link; link = &(*link)->next) {
        if ((*link)->dso == dso) {
            known_dso *known = *link;
            *link = known->next;
            free(known);
            break;
        }
    }
    pthread_mutex_unlock(&sites.mutex);
}

/* Makes sure that forget_dso(dso) runs when dso is unloaded. Under the lock. */
static bool watch_dso(void *dso)
{
    for (const known_dso *known = sites.dsos; known; known = known->next)
        if (known->dso == dso)
            return true;
    known_dso *known = malloc(sizeof *known);
    if (!known || __cxa_atexit(forget_dso, dso, dso) != 0) {
        free(known);
        return false;
    }
    *known = (known_dso){dso, sites.dsos};
    sites.dsos = known;
    return true;
}

static bool add_live(site_entry *e, pp_site *site, void *dso)
{
    if (dso && !watch_dso(dso))
        return false;
    live_site *live = malloc(sizeof *live);
    if (!live)
        return false;
    *live = (live_site){site, dso, e->live};
    e->live = live;
    return true;
}

/* The phase of a site record; a name that cannot be one counts as other. */
static uint32_t phase_of(const pp_site *site)
{
    int phase = site->phase_name ? pp_phase_register(site->phase_name) : site->phase;
    return phase >= 0 && phase < PP_PHASE_MAX ? (uint32_t)phase : PP_PHASE_OTHER;
}

uint32_t pp_site_register_(pp_site *site, void *dso)
{
    pp_capture_awake();
    site_entry wanted = {.info = {site->name, site->file, site->line, phase_of(site)},
                         .kind = PP_RECORD_BEGIN};
    pthread_mutex_lock(&sites.mutex);
    uint32_t word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
    if (word == PP_WORD_NEW) {
        site_entry *e = find_or_add(&wanted);
        word = e && add_live(e, site, dso) ? word_of(e) : 0;
        __atomic_store_n(&site->word, word, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&sites.mutex);
    return word;
}

uint32_t pp_label_register_(pp_label *label)
{
    site_entry wanted = {.info = {label->text, "", 0, 0}, .kind = PP_RECORD_MARK};
    pthread_mutex_lock(&sites.mutex);
    site_entry *e = find_or_add(&wanted);
    uint32_t word = e ? e->id << PP_RECORD_KIND_BITS | PP_RECORD_MARK : 0;
    __atomic_store_n(&label->word, word, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&sites.mutex);
    return word;
}

/* As find_or_add(), which makes no more than most of a sort that *count counts. Under the lock. */
static site_entry *find_or_add_bounded(const site_entry *wanted, uint32_t *count, uint32_t most)
{
    site_entry *const *found = tfind(wanted, &sites.tree, compare_entries);
    if (found)
        return *found;
    site_entry *e = *count < most ? find_or_add(wanted) : NULL;
    *count += e != NULL;
    return e;
}

/* The site record that the entry holds itself; NULL without memory. Under the lock. */
static pp_site *own_site(site_entry *e)
{
    if (!e->own.name) {
        e->own = (pp_site){word_of(e), 0, (int32_t)e->info.phase, NULL, e->info.name, e->info.file};
        if (!add_live(e, &e->own, NULL))
            e->own.name = NULL;
    }
    return e->own.name ? &e->own : NULL;
}

pp_site *pp_site_get(const char *name, pp_phase phase)
{
    const pp_site like = {PP_WORD_NEW, 0, (int32_t)phase, NULL, name ? name : "", ""};
    site_entry wanted = {.info = {like.name, "", 0, phase_of(&like)}, .kind = PP_RECORD_BEGIN};
    pthread_mutex_lock(&sites.mutex);
    site_entry *e = find_or_add(&wanted);
    pp_site *site = e ? own_site(e) : NULL;
    pthread_mutex_unlock(&sites.mutex);
    if (!site)
        pp_fail(PP_ENOMEM, "site \"%.100s\": no memory or all %d ids in use", like.name, ID_MAX);
    return site;
}

pp_site *pp_site_of_object(const char *name, const char *kind)
{
    site_entry wanted = {.info = {name, kind, 0, PP_PHASE_REDRAW}, .kind = PP_RECORD_BEGIN};
    pthread_mutex_lock(&sites.mutex);
    site_entry *e = find_or_add_bounded(&wanted, &sites.objects, OBJECTS_MAX);
    pp_site *site = e ? own_site(e) : NULL;
    pthread_mutex_unlock(&sites.mutex);
    if (!site)
        pp_fail(PP_ENOMEM, "painter \"%.100s\": no memory or %d painters already", name,
                OBJECTS_MAX);
    return site;
}

uint16_t pp_label_of_text(const char *text)
{
    site_entry wanted = {.info = {text, "", 0, 0}, .kind = PP_RECORD_MARK};
    pthread_mutex_lock(&sites.mutex);
    const site_entry *e = find_or_add_bounded(&wanted, &sites.texts, TEXTS_MAX);
    uint32_t id = e ? e->id : 0;
    pthread_mutex_unlock(&sites.mutex);
    return (uint16_t)id;
}

void pp_sites_refresh(void)
{
    pthread_mutex_lock(&sites.mutex);
    for (uint32_t id = 1; id <= sites.count; id++) {
        const site_entry *e = entry_of(id);
        uint32_t word = e->live ? word_of(e) : 0;
        for (live_site *live = e->live; live; live = live->next)
            __atomic_store_n(&live->site->word, word, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&sites.mutex);
}

const pp_site_info *pp_capture_site(uint32_t id)
{
    const site_entry *e = entry_of(id);
    return e && e->kind == PP_RECORD_BEGIN ? &e->info : NULL;
}

const char *pp_capture_label(uint32_t id)
{
    const site_entry *e = entry_of(id);
    return e && e->kind == PP_RECORD_MARK ? e->info.name : NULL;
}

void pp_sites_before_fork(void)
{
    pthread_mutex_lock(&sites.mutex);
}

void pp_sites_after_fork(bool in_child)
{
    if (in_child)
        pthread_mutex_init(&sites.mutex, NULL);
    else
        pthread_mutex_unlock(&sites.mutex);
}
