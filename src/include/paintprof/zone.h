/* paintprof/zone.h: sites, zones and marks, the path that has to cost nothing.
 *
 *   PP_ZONE(z, "Curve.paint()", PP_PHASE_REDRAW);    begins a zone at a static site
 *   pp_mark(&z, "drawPath");                          a checkpoint with a static label
 *   pp_markf(&z, "drawPath: %d", capacity);           a checkpoint with a formatted label
 *   PP_END(z);                                        ends it; PP_SCOPE ends itself
 *
 * A zone is recorded while the gate is open, its site passes the filter and a session runs.
 * Otherwise it costs a load and a branch. Recorded, it costs two counter reads and two 8-byte
 * stores: each record is one word (ticks << 18 | id << 2 | kind) that publishes itself, since
 * chunks are handed out zeroed and no record is zero. Zones nest per thread: a mark belongs to
 * the innermost open zone, and an end closes what was left open inside.
 * Not async-signal-safe: a signal handler must not use zones. */
#ifndef PAINTPROF_ZONE_H
#define PAINTPROF_ZONE_H

#include <paintprof/clock.h>
#include <paintprof/phase.h>
#include <stddef.h>
#include <stdint.h>

PP_BEGIN_DECLS

enum {
    PP_RECORD_END = 0,
    PP_RECORD_BEGIN = 1,
    PP_RECORD_MARK = 2,
    PP_RECORD_EXTENDED = 3, /* the id field is a type and a number of payload words */
    PP_RECORD_KIND_BITS = 2,
    PP_RECORD_ID_BITS = 16,
    PP_RECORD_TICK_SHIFT = 18
};

/* One place in the source. Fill it by PP_SITE_INIT; it is copied at registration, and unhooked
 * when its library is unloaded. */
typedef struct pp_site {
    uint32_t word; /* 0 off, PP_WORD_NEW not registered yet, else the low bits of its begin */
    uint32_t line;
    int32_t phase;          /* pp_phase, or -1: take phase_name */
    const char *phase_name; /* a user phase by name, or NULL */
    const char *name;
    const char *file;
} pp_site;

/* One static label. */
typedef struct pp_label {
    uint32_t word; /* PP_WORD_NEW, else the low bits of its marks */
    const char *text;
} pp_label;

#define PP_WORD_NEW UINT32_MAX
/* clang-format off */
#define PP_SITE_INIT(name, phase) { PP_WORD_NEW, __LINE__, (phase), (const char *)0, "" name, __FILE__ }
#define PP_SITE_INIT_IN(name, phase_name) { PP_WORD_NEW, __LINE__, -1, "" phase_name, "" name, __FILE__ }
#define PP_LABEL_INIT(text) { PP_WORD_NEW, "" text }
/* clang-format on */

/* One running zone, in the caller's frame; word is 0 when it is not recorded. */
typedef struct pp_zone {
    uint32_t word;
} pp_zone;

/* The calling thread's place in its chunk. next >= limit sends the next record to the slow path,
 * which is also how a fallback clock, a fresh chunk and a stopped session are reached. */
typedef struct pp_cursor {
    uint64_t *next;
    uint64_t *limit;
} pp_cursor;

extern PP_API __thread pp_cursor pp_thread_cursor __attribute__((tls_model("initial-exec")));
/* As GCC itself declares it in C++, where a declaration of another type or linkage conflicts. */
#ifdef __cplusplus
extern "C++" {
#endif
extern void *__dso_handle __attribute__((visibility("hidden")));
#ifdef __cplusplus
}
#endif

/* The slow paths behind the inline functions; not for direct use. dso is &__dso_handle of the
 * module that holds the record, or NULL for one that lives as long as the process. */
PP_API uint32_t pp_site_register_(pp_site *site, void *dso);
PP_API uint32_t pp_label_register_(pp_label *label);
PP_API void pp_record_slow_(uint32_t word);
PP_API void pp_markf_(const char *format, ...) PP_PRINTF(1, 2);

/* Writes one record. Internal. Thread: any, wait-free but for one record in thousands. */
static inline void pp_record_(uint32_t word)
{
    uint64_t *next = pp_thread_cursor.next;
    if (PP_UNLIKELY(next >= __atomic_load_n(&pp_thread_cursor.limit, __ATOMIC_RELAXED))) {
        pp_record_slow_(word);
        return;
    }
    __atomic_store_n(next, pp_counter() << PP_RECORD_TICK_SHIFT | word, __ATOMIC_RELEASE);
    pp_thread_cursor.next = next + 1;
}

/* The low bits of the header of an extended record. Internal. */
static inline uint64_t pp_extended_low_(unsigned type, size_t payload_count)
{
    return ((uint64_t)payload_count << 8 | type) << PP_RECORD_KIND_BITS | PP_RECORD_EXTENDED;
}

/* Begins a zone at site. Ends by pp_zone_end() on the same thread. Prefer PP_ZONE and PP_SCOPE.
 * Not hinted as unlikely: a recorded zone moved out of line costs two jumps more, and one that is
 * off costs the same either way.
 * Thread: any, wait-free. Since: 0.1 */
static inline pp_zone pp_zone_begin(pp_site *site)
{
    pp_zone zone;
    zone.word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
    if (zone.word != 0) {
        if (PP_UNLIKELY(zone.word == PP_WORD_NEW))
            zone.word = pp_site_register_(site, &__dso_handle);
        if (zone.word != 0)
            pp_record_(zone.word);
    }
    return zone;
}

/* Ends a zone; a second end of the same zone does nothing. Thread: that of the begin, wait-free.
 * Since: 0.1 */
static inline void pp_zone_end(pp_zone *zone)
{
    if (zone->word != 0)
        pp_record_(zone->word - PP_RECORD_BEGIN + PP_RECORD_END);
    zone->word = 0;
}

/* Records a checkpoint of zone; see pp_mark(). Thread: that of the begin, wait-free. Since: 0.1 */
static inline void pp_zone_mark(const pp_zone *zone, pp_label *label)
{
    if (zone->word == 0)
        return;
    uint32_t word = __atomic_load_n(&label->word, __ATOMIC_RELAXED);
    if (PP_UNLIKELY(word == PP_WORD_NEW))
        word = pp_label_register_(label);
    if (PP_LIKELY(word != 0))
        pp_record_(word);
}

/* Charges pixels (device pixels painted) to zone, the innermost open one, for the painters'
 * table. Thread: that of the begin, wait-free. Since: 0.1 */
PP_API void pp_zone_pixels(const pp_zone *zone, uint64_t pixels);

/* PP_ZONE(z, "name", PP_PHASE_x) declares and begins zone z; PP_ZONE_IN(z, "name", "layout")
 * charges it to the user phase of that name. */
#define PP_ZONE(z, name, phase)                                                                    \
    static pp_site pp_site_of_##z = PP_SITE_INIT(name, phase);                                     \
    pp_zone z = pp_zone_begin(&pp_site_of_##z)
#define PP_ZONE_IN(z, name, phase_name)                                                            \
    static pp_site pp_site_of_##z = PP_SITE_INIT_IN(name, phase_name);                             \
    pp_zone z = pp_zone_begin(&pp_site_of_##z)
#define PP_END(z) pp_zone_end(&(z))

/* A checkpoint: the label is a string literal, registered once per place. */
#define pp_mark(zone, label_text)                                                                  \
    do {                                                                                           \
        static pp_label pp_label_here_ = PP_LABEL_INIT(label_text);                                \
        pp_zone_mark((zone), &pp_label_here_);                                                     \
    } while (0)

/* A checkpoint with a printf-style label, up to 255 bytes, formatted in the C locale and kept in
 * the record itself, so that any number of different labels needs no memory. */
#define pp_markf(zone, ...)                                                                        \
    do {                                                                                           \
        if ((zone)->word != 0)                                                                     \
            pp_markf_(__VA_ARGS__);                                                                \
    } while (0)

#define PP_JOIN2_(a, b) a##b
#define PP_JOIN_(a, b) PP_JOIN2_(a, b)

/* PP_SCOPE("name", PP_PHASE_x): a zone that ends with the enclosing block, also by an exception;
 * PP_SCOPE_IN("name", "layout") for a user phase. */
#ifdef __cplusplus
#define PP_SCOPED_ZONE_(n)                                                                         \
    const ::paintprof::Scope PP_JOIN_(pp_scope_, n)(&PP_JOIN_(pp_scope_site_, n))
#else
#define PP_SCOPED_ZONE_(n)                                                                         \
    __attribute__((cleanup(pp_zone_end), unused)) pp_zone PP_JOIN_(pp_scope_, n) =                 \
        pp_zone_begin(&PP_JOIN_(pp_scope_site_, n))
#endif
#define PP_SCOPE(name, phase)                                                                      \
    static pp_site PP_JOIN_(pp_scope_site_, __LINE__) = PP_SITE_INIT(name, phase);                 \
    PP_SCOPED_ZONE_(__LINE__)
#define PP_SCOPE_IN(name, phase_name)                                                              \
    static pp_site PP_JOIN_(pp_scope_site_, __LINE__) = PP_SITE_INIT_IN(name, phase_name);         \
    PP_SCOPED_ZONE_(__LINE__)

PP_END_DECLS

#ifdef __cplusplus
namespace paintprof
{
/* The zone of a C++ block. */
class Scope
{
public:
    explicit Scope(pp_site *site) noexcept : zone_(pp_zone_begin(site)) {}
    ~Scope() { pp_zone_end(&zone_); }
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;

private:
    pp_zone zone_;
};
} // namespace paintprof
#endif

#endif
