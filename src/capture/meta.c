/* capture/meta.c: the names and facts of a recording. */
#include "capture/meta.h"

#include "base/base.h"
#include "base/host.h"
#include "base/text.h"
#include "capture/threads.h"

#include <fcntl.h>
#include <paintprof/recording.h>
#include <paintprof/version.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Longer texts are cut: an entry is put together on the stack of whatever thread meets a new name.
 */
enum { TEXT_BYTES = 2048, NAME_BYTES = 64, ENTRY_WORDS = 4 + 2 * (1 + TEXT_BYTES / 8) };

/* One entry that is being put together. */
typedef struct entry {
    size_t count;
    uint64_t words[ENTRY_WORDS];
} entry;

typedef struct note {
    struct note *next;
    char *key, *value;
} note;

/* One log, as there is one recording; notes are the process'. */
static struct {
    pthread_mutex_t mutex; /* after that of the sites, before that of the capture */
    bool is_open;
    pp_chunk *chunk;
    uint64_t used, sequence;
    note *notes;
} meta = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* ---- Entries -------------------------------------------------------------------------------- */

static void put_number(entry *e, uint64_t number)
{
    e->words[e->count++] = number;
}

static void put_text(entry *e, const char *text)
{
    size_t size = strnlen(text, TEXT_BYTES);
    size_t words = (size + 7) / 8;
    e->words[e->count] = size;
    if (words > 0)
        e->words[e->count + words] = 0;
    memcpy(&e->words[e->count + 1], text, size);
    e->count += 1 + words;
}

/* Adds an entry to the log; what finds no chunk is not named in the recording. Under the lock. */
static void log_entry(const entry *e)
{
    if (!meta.chunk || meta.used + e->count > PP_CHUNK_WORDS) {
        pthread_mutex_lock(&pp_the_capture.mutex);
        if (meta.chunk)
            pp_chunk_push(&pp_the_capture.to_save, meta.chunk);
        meta.chunk = pp_the_capture.recorder && pp_the_capture.store ? pp_chunk_obtain() : NULL;
        pthread_mutex_unlock(&pp_the_capture.mutex);
        if (!meta.chunk)
            return;
        meta.used = 0;
        meta.chunk->header->magic = PP_REC_BLOCK_MAGIC;
        meta.chunk->header->sequence = ++meta.sequence;
        __atomic_store_n(&meta.chunk->header->kind, PP_REC_META, __ATOMIC_RELEASE);
    }
    uint64_t *words = meta.chunk->words + meta.used;
    memcpy(words + 1, e->words + 1, (e->count - 1) * sizeof *words);
    __atomic_store_n(words, e->words[0], __ATOMIC_RELEASE);
    meta.used += e->count;
}

static void tell(const pp_meta_target *target, enum pp_rec_meta type, entry *e)
{
    e->words[0] = pp_meta_word(type, e->count - 1);
    if (target) {
        target->entry(target->user, e->words, e->count);
        return;
    }
    pthread_mutex_lock(&meta.mutex);
    if (meta.is_open)
        log_entry(e);
    pthread_mutex_unlock(&meta.mutex);
}

/* Whether anybody listens; without a target the log is asked, and may open a moment later: then
 * pp_meta_all() tells it the same. */
static bool is_heard(const pp_meta_target *target)
{
    return target || __atomic_load_n(&meta.is_open, __ATOMIC_RELAXED);
}

void pp_meta_site(const pp_meta_target *target, uint32_t id, const pp_site_info *info)
{
    if (!is_heard(target))
        return;
    entry e;
    e.count = 1;
    put_number(&e, id);
    put_number(&e, info->phase);
    put_number(&e, info->line);
    put_text(&e, info->name);
    put_text(&e, info->file);
    tell(target, PP_META_SITE, &e);
}

void pp_meta_label(const pp_meta_target *target, uint32_t id, const char *text)
{
    if (!is_heard(target))
        return;
    entry e;
    e.count = 1;
    put_number(&e, id);
    put_text(&e, text);
    tell(target, PP_META_LABEL, &e);
}

void pp_meta_window(const pp_meta_target *target, uint32_t number, const char *title,
                    const char *renderer)
{
    if (!is_heard(target))
        return;
    entry e;
    e.count = 1;
    put_number(&e, number);
    put_text(&e, title);
    put_text(&e, renderer);
    tell(target, PP_META_WINDOW, &e);
}

/* The kernel's name of a thread; "" when it is gone. */
static void read_thread_name(pid_t tid, char *name)
{
    char path[64];
    pp_format(path, sizeof path, "/proc/self/task/%d/comm", (int)tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, name, NAME_BYTES - 1) : 0;
    if (fd >= 0)
        close(fd);
    name[size > 0 ? size : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
}

static void tell_thread(const pp_meta_target *target, uint32_t number, pid_t tid)
{
    char name[NAME_BYTES];
    read_thread_name(tid, name);
    entry e;
    e.count = 1;
    put_number(&e, number);
    put_number(&e, (uint64_t)tid);
    put_text(&e, name);
    tell(target, PP_META_THREAD, &e);
}

void pp_meta_thread(uint32_t number, pid_t tid)
{
    if (is_heard(NULL))
        tell_thread(NULL, number, tid);
}

uint64_t pp_meta_published(const uint64_t *words, uint64_t capacity)
{
    uint64_t at = 0, word;
    while (at < capacity && (word = __atomic_load_n(&words[at], __ATOMIC_ACQUIRE)))
        at += 1 + pp_meta_payload(word);
    return at < capacity ? at : capacity;
}

/* ---- Everything ------------------------------------------------------------------------------ */

static void tell_phases(const pp_meta_target *target)
{
    unsigned count = pp_phase_count();
    for (unsigned phase = 0; phase < count; phase++)
        pp_meta_phase(target, phase, pp_phase_name(phase));
}

void pp_meta_phase(const pp_meta_target *target, uint32_t number, const char *name)
{
    if (!is_heard(target))
        return;
    entry e;
    e.count = 1;
    put_number(&e, number);
    put_text(&e, name);
    tell(target, PP_META_PHASE, &e);
}

static void tell_line(const pp_meta_target *target, const pp_clock_line *line)
{
    entry e;
    e.count = 1;
    put_number(&e, line->ticks0);
    put_number(&e, line->ns0);
    put_number(&e, line->rate);
    if (target) {
        tell(target, PP_META_CLOCK, &e);
    } else if (meta.is_open) {
        e.words[0] = pp_meta_word(PP_META_CLOCK, e.count - 1);
        log_entry(&e);
    }
}

static void tell_note(const pp_meta_target *target, const char *key, const char *value)
{
    entry e;
    e.count = 1;
    put_text(&e, key);
    put_text(&e, value);
    tell(target, PP_META_NOTE, &e);
}

/* The numbers are copied first: names are read and told without the lock. */
static void tell_threads(const pp_meta_target *target)
{
    pthread_mutex_lock(&pp_the_capture.mutex);
    size_t count = 0;
    for (const pp_thread *thread = pp_the_capture.threads; thread; thread = thread->next)
        count++;
    struct {
        uint32_t number;
        pid_t tid;
    } *threads = calloc(count + 1, sizeof *threads);
    size_t known = 0;
    for (const pp_thread *thread = pp_the_capture.threads; threads && thread; thread = thread->next)
        if (thread->cursor) {
            threads[known].number = thread->number;
            threads[known++].tid = thread->tid;
        }
    pthread_mutex_unlock(&pp_the_capture.mutex);
    for (size_t i = 0; i < known; i++)
        tell_thread(target, threads[i].number, threads[i].tid);
    free(threads);
}

/* Arguments are ended by NULs in /proc; a space between them reads better. */
static void tell_command_line(const pp_meta_target *target)
{
    char text[TEXT_BYTES + 1] = "";
    const char *hidden = secure_getenv("PAINTPROF_NO_ARGS");
    bool is_hidden = hidden && *hidden && strcmp(hidden, "0") != 0;
    int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    size_t used = size > 0 ? (size_t)size : 0;
    if (used > 0 && text[used - 1] == '\0')
        used--;
    text[used] = '\0';
    if (is_hidden)
        used = strlen(text);
    for (size_t i = 0; i < used; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    tell_note(target, "process.command_line", text);
}

static void tell_executable(const pp_meta_target *target)
{
    char path[TEXT_BYTES + 1];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    tell_note(target, "process.executable", path);
}

static void tell_host(const pp_meta_target *target)
{
    pp_host host;
    pp_host_read(&host);
    char cpus[PP_NUMBER_BYTES];
    pp_format(cpus, sizeof cpus, "%u", host.cpus);
    tell_note(target, "host.name", host.name);
    tell_note(target, "host.system", host.system);
    tell_note(target, "host.release", host.release);
    tell_note(target, "host.machine", host.machine);
    tell_note(target, "host.cpu", host.cpu);
    tell_note(target, "host.cpus", cpus);
}

static void tell_notes(const pp_meta_target *target)
{
    tell_note(target, "paintprof.version", pp_version());
    tell_note(target, "clock", pp_clock_is_counter() ? "counter" : "clock_gettime");
    tell_note(target, "units",
              "times in ns of CLOCK_MONOTONIC; sizes in bytes; areas in device px");
    tell_executable(target);
    tell_command_line(target);
    tell_host(target);
    for (size_t i = 0;; i++) { /* one at a time: telling takes the lock itself */
        pthread_mutex_lock(&meta.mutex);
        const note *n = meta.notes;
        for (size_t skip = i; n && skip > 0; skip--)
            n = n->next;
        char *key = n ? strdup(n->key) : NULL, *value = n ? strdup(n->value) : NULL;
        pthread_mutex_unlock(&meta.mutex);
        if (key && value)
            tell_note(target, key, value);
        free(key);
        free(value);
        if (!n)
            return;
    }
}

void pp_meta_all(const pp_meta_target *target)
{
    tell_notes(target);
    tell_phases(target);
    pthread_mutex_lock(&meta.mutex);
    for (uint32_t i = 0; i < pp_clock_line_count(); i++) {
        pp_clock_line line = pp_clock_line_at(i);
        tell_line(target, &line);
    }
    pthread_mutex_unlock(&meta.mutex);
    pp_sites_tell(target);
    pp_windows_tell(target);
    tell_threads(target);
}

void pp_meta_open_log(void)
{
    pthread_mutex_lock(&meta.mutex);
    meta.chunk = NULL;
    meta.used = meta.sequence = 0;
    __atomic_store_n(&meta.is_open, true, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&meta.mutex);
    pp_meta_all(NULL);
}

void pp_meta_name_threads(void)
{
    tell_threads(NULL);
}

void pp_meta_close_log(void)
{
    pthread_mutex_lock(&meta.mutex);
    __atomic_store_n(&meta.is_open, false, __ATOMIC_RELAXED);
    pthread_mutex_lock(&pp_the_capture.mutex);
    if (meta.chunk)
        pp_chunk_push(&pp_the_capture.to_save, meta.chunk);
    pthread_mutex_unlock(&pp_the_capture.mutex);
    meta.chunk = NULL;
    pthread_mutex_unlock(&meta.mutex);
}

void pp_meta_sync_clock(void)
{
    pthread_mutex_lock(&meta.mutex);
    if (pp_clock_sync()) {
        pp_clock_line line = pp_clock_line_at(pp_clock_line_count() - 1);
        tell_line(NULL, &line);
    }
    pthread_mutex_unlock(&meta.mutex);
}

/* ---- Notes ----------------------------------------------------------------------------------- */

static bool set_note(const char *key, const char *value)
{
    char *copy = strdup(value);
    note *n = meta.notes;
    while (n && strcmp(n->key, key) != 0)
        n = n->next;
    if (!n && copy && (n = calloc(1, sizeof *n))) {
        n->key = strdup(key);
        if (n->key) {
            n->next = meta.notes;
            meta.notes = n;
        } else {
            free(n);
            n = NULL;
        }
    }
    if (!n || !copy) {
        free(copy);
        return false;
    }
    free(n->value);
    n->value = copy;
    return true;
}

int pp_process_note(const char *key, const char *value)
{
    if (!key || !*key || !value)
        return pp_fail(PP_EINVAL, "pp_process_note: no key or no value");
    pthread_mutex_lock(&meta.mutex);
    bool ok = set_note(key, value);
    pthread_mutex_unlock(&meta.mutex);
    if (!ok)
        return pp_fail(PP_ENOMEM, "out of memory for a note");
    if (is_heard(NULL))
        tell_note(NULL, key, value);
    return PP_OK;
}

/* ---- Fork ------------------------------------------------------------------------------------ */

void pp_meta_before_fork(void)
{
    pthread_mutex_lock(&meta.mutex);
}

void pp_meta_after_fork(bool in_child)
{
    if (!in_child) {
        pthread_mutex_unlock(&meta.mutex);
        return;
    }
    pthread_mutex_init(&meta.mutex, NULL);
    meta.is_open = false;
    meta.chunk = NULL;
}
