/* flags/words.c: what the words of a label say.
 *
 * Labels are written for people, so this goes by whole words: what is between characters that are
 * no letters, and between the humps of camelCase. */
#include "flags/flags.h"

#include <string.h>

enum { WORD_BYTES = 32, WORDS_MAX = 32 };

typedef struct word {
    char text[WORD_BYTES]; /* lower case, cut */
} word;

typedef struct words {
    size_t count;
    word items[WORDS_MAX];
} words;

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* "arrayToQPath" is array, to, qpath; "IPC call" is ipc, call; "HTTPServer" is http, server. */
static bool begins_word(const char *label, const char *at)
{
    if (at == label || (!is_upper(at[-1]) && !is_lower(at[-1])))
        return true;
    return is_upper(*at) && (is_lower(at[-1]) || is_lower(at[1]));
}

static void add_letter(words *w, size_t *size, bool begins, char c)
{
    if (begins && w->count < WORDS_MAX) {
        w->items[w->count++] = (word){{0}};
        *size = 0;
    }
    if (w->count > 0 && *size + 1 < WORD_BYTES)
        w->items[w->count - 1].text[(*size)++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

static words words_of(const char *label)
{
    words w = {.count = 0};
    size_t size = 0;
    for (const char *at = label; *at; at++)
        if (is_upper(*at) || is_lower(*at))
            add_letter(&w, &size, begins_word(label, at), *at);
    return w;
}

/* A list is words behind each other, each between blanks; one that ends with '*' is a beginning. */
static bool is_in(const char *text, const char *list)
{
    size_t size = strlen(text);
    while (*list) {
        size_t length = strcspn(list, " ");
        bool is_beginning = length > 0 && list[length - 1] == '*';
        size_t compared = is_beginning ? length - 1 : length;
        if ((is_beginning ? size >= compared : size == compared) &&
            memcmp(text, list, compared) == 0)
            return true;
        list += length;
        list += strspn(list, " ");
    }
    return false;
}

static bool has_word(const words *w, const char *list)
{
    for (size_t i = 0; i < w->count; i++)
        if (is_in(w->items[i].text, list))
            return true;
    return false;
}

static const char remove_words[] = "remov* delet* clear* destroy* discard*";
static const char create_words[] =
    "creat* add added adding insert* construct* instantiat* new make "
    "made making";
static const char item_words[] = "item items annotation annotations widget widgets marker markers "
                                 "object objects shape shapes rect rects arrow arrows label labels "
                                 "graphic graphics";
static const char redraw_words[] = "redraw* repaint*";
static const char lookup_words[] = "lookup lookups look search* bisect* find finding found locat* "
                                   "resolv*";
static const char scan_words[] = "scan* iterat* loop* walk* travers* filter* detect* match*";
static const char build_words[] = "build* built creat* construct* generat* comput* calculat* "
                                  "prepar* convert* serializ* serialis* deserializ* encod* decod* "
                                  "pars* index* mapping collect* fill* make made making rebuil* "
                                  "regenerat* updat*";
static const char call_words[] = "ipc call calls request requests send sends sending rpc rpcs";
static const char path_words[] = "path paths qpath qpaths qpainterpath painterpath";

pp_step_kind pp_step_kind_of(const char *label)
{
    const words w = words_of(label);
    if (has_word(&w, remove_words))
        return PP_STEP_REMOVE;
    if (has_word(&w, create_words) && has_word(&w, item_words))
        return PP_STEP_CREATE;
    if (has_word(&w, redraw_words))
        return PP_STEP_REDRAW;
    if (has_word(&w, lookup_words))
        return PP_STEP_LOOKUP;
    if (has_word(&w, scan_words))
        return PP_STEP_SCAN;
    return has_word(&w, build_words) ? PP_STEP_BUILD : PP_STEP_OTHER;
}

bool pp_label_is_call(const char *label)
{
    const words w = words_of(label);
    return has_word(&w, call_words);
}

bool pp_label_builds_path(const char *label)
{
    const words w = words_of(label);
    return has_word(&w, path_words) && (has_word(&w, build_words) || has_word(&w, "to from"));
}

/* ---- Counts --------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads 1285, 1,285 or 1_285; *end is behind it. 0 for what does not fit 18 digits. */
static uint64_t read_number(const char *at, const char **end)
{
    uint64_t number = 0;
    int digits = 0;
    for (; is_digit(*at) || ((*at == ',' || *at == '_') && is_digit(at[1])); at++) {
        if (!is_digit(*at))
            continue;
        digits++;
        number = digits <= 18 ? number * 10 + (uint64_t)(*at - '0') : 0;
    }
    *end = at;
    return digits <= 18 ? number : 0;
}

static bool is_unit(const char *word_at)
{
    static const char units[] = "ns us ms s sec secs second seconds min minutes h hours d days px "
                                "pixel pixels b kb mb gb kib mib gib byte bytes hz khz mhz fps x "
                                "percent times of to and or at in";
    char text[WORD_BYTES] = "";
    size_t size = 0;
    while (size + 1 < WORD_BYTES && (is_upper(word_at[size]) || is_lower(word_at[size]))) {
        char c = word_at[size];
        text[size++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
    }
    return size == 0 || is_in(text, units);
}

uint64_t pp_label_items(const char *label)
{
    for (const char *at = label; *at; at++) {
        if (!is_digit(*at))
            continue;
        bool stands_free = at == label || at[-1] == ' ' || at[-1] == '(' || at[-1] == '[';
        const char *end;
        uint64_t number = read_number(at, &end);
        if (stands_free && number > 0 && *end == ' ' && !is_unit(end + 1))
            return number;
        at = end - 1;
    }
    return 0;
}
