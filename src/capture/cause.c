/* capture/cause.c: painters that are objects, and the records of why and for what they painted. */
#include <paintprof/cause.h>

#include "base/base.h"
#include "capture/state.h"

#include <paintprof/gate.h>
#include <string.h>

enum { TEXT_MAX = 255, CLASS_MAX = 160 };

/* ---- Names ---------------------------------------------------------------------------------- */

/* Appends text, of which at most `most` bytes count; returns where it ends. */
static char *append(char *end, const char *text, size_t most)
{
    size_t size = strnlen(text, most + 1);
    if (size > most)
        size = pp_whole_utf8(text, most);
    memcpy(end, text, size);
    return end + size;
}

pp_site *pp_object_site(pp_object_kind kind, const char *class_name, const char *object_name)
{
#define PP_OBJECT_FILE(name, text) "<" text ">",
    static const char *const files[] = {PP_OBJECT_KIND_LIST(PP_OBJECT_FILE)};
#undef PP_OBJECT_FILE
    if ((unsigned)kind >= PP_OBJECT_KIND_COUNT || !class_name || !*class_name) {
        pp_fail(PP_EINVAL, "pp_object_site: no class name or an unknown kind");
        return NULL;
    }
    char name[TEXT_MAX + 1];
    char *end = append(name, class_name, CLASS_MAX);
    if (object_name && *object_name) {
        end = append(end, " \"", 2);
        end = append(end, object_name, TEXT_MAX - 1 - (size_t)(end - name));
        *end++ = '"';
    }
    *end = '\0';
    return pp_site_of_object(name, files[kind]);
}

uint16_t pp_text_intern(const char *utf8, size_t size_bytes)
{
    char text[TEXT_MAX + 1];
    size_t size = utf8 ? strnlen(utf8, size_bytes) : 0;
    if (size == 0)
        return 0;
    if (size > TEXT_MAX)
        size = pp_whole_utf8(utf8, TEXT_MAX);
    memcpy(text, utf8, size);
    text[size] = '\0';
    return pp_label_of_text(text);
}

/* ---- Of the innermost open zone ------------------------------------------------------------- */

void pp_zone_object(const pp_zone *zone, uint32_t object)
{
    const uint64_t payload = object;
    if (zone->word != 0)
        pp_write_extended(PP_EXT_OBJECT, &payload, 1);
}

void pp_zone_cause(const pp_zone *zone, pp_cause cause, uint32_t count)
{
    const uint64_t payload[] = {pp_cause_word_(cause), count};
    if (zone->word != 0 && count > 0)
        pp_write_extended(PP_EXT_CAUSE, payload, count == 1 ? 1 : 2);
}

pp_zone pp_zone_begin_paint_slow_(pp_site *site, uint64_t object_word, uint64_t pixels,
                                  uint64_t cause_word)
{
    const uint64_t payload[] = {object_word, pixels, cause_word};
    pp_zone zone = pp_zone_begin(site);
    if (zone.word != 0)
        pp_write_extended(PP_EXT_PAINT, payload, object_word >> 32 ? 3 : 2);
    return zone;
}

void pp_zone_waste(const pp_zone *zone, uint32_t sampled, uint32_t unchanged, uint32_t covered)
{
    const uint64_t payload[] = {sampled | (uint64_t)unchanged << 32, covered};
    if (zone->word != 0 && sampled > 0)
        pp_write_extended(PP_EXT_WASTE, payload, PP_COUNT_OF(payload));
}

/* ---- Beside zones --------------------------------------------------------------------------- */

void pp_note_unpainted(pp_site *site, pp_cause cause, uint32_t count)
{
    uint32_t word = __atomic_load_n(&site->word, __ATOMIC_RELAXED);
    if (word == 0 || word == PP_WORD_NEW || count == 0)
        return; /* off, or of no object */
    const uint64_t payload[] = {word >> PP_RECORD_KIND_BITS | (uint64_t)count << 32,
                                pp_cause_word_(cause)};
    pp_write_extended(PP_EXT_UNPAINTED, payload, PP_COUNT_OF(payload));
}

void pp_note_event(pp_cause cause, uint64_t self_ticks, uint64_t total_ticks)
{
    const uint64_t payload[] = {pp_cause_word_(cause), self_ticks, total_ticks};
    if (pg_profile_enabled())
        pp_write_extended(PP_EXT_EVENT, payload, PP_COUNT_OF(payload));
}

void pp_note_overhead(uint64_t ticks)
{
    if (ticks > 0)
        pp_write_extended(PP_EXT_OVERHEAD, &ticks, 1);
}
