/* link/log_line.c: what one line of a log is.
 *
 * Seen in the field: times with two or four decimals, with or without "ms" behind them; "tot:",
 * "total:" and "total time:", at the end of steps as well. A label may hold anything, also colons
 * and numbers, so a step is read from its end. */
#include "link/log.h"

#include <string.h>

/* The part of a line that is still to be read. */
typedef struct rest {
    const char *text;
    size_t size;
} rest;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void trim_end(rest *r)
{
    while (r->size > 0 && is_blank(r->text[r->size - 1]))
        r->size--;
}

static void trim_begin(rest *r)
{
    while (r->size > 0 && is_blank(*r->text)) {
        r->text++;
        r->size--;
    }
}

/* Takes a word off the end; letters of any case. */
static bool take_word(rest *r, const char *word)
{
    size_t size = strlen(word);
    if (r->size < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = r->text[r->size - size + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != word[i])
            return false;
    }
    r->size -= size;
    trim_end(r);
    return true;
}

/* ---- Times ---------------------------------------------------------------------------------- */

enum { WHOLE_DIGITS = 12, DECIMALS = 6 };

/* Milliseconds as nanoseconds, exactly; decimals beyond the sixth are cut. */
static bool read_ms(const char *text, size_t size, uint64_t *ns)
{
    uint64_t value = 0;
    size_t at = 0, decimals = 0;
    for (; at < size && is_digit(text[at]); at++)
        value = at < WHOLE_DIGITS ? value * 10 + (uint64_t)(text[at] - '0') : value;
    if (at == 0 || at > WHOLE_DIGITS)
        return false;
    if (at < size && text[at] == '.')
        for (at++; at < size && is_digit(text[at]); at++, decimals++)
            value = decimals < DECIMALS ? value * 10 + (uint64_t)(text[at] - '0') : value;
    for (size_t i = decimals; i < DECIMALS; i++)
        value *= 10;
    *ns = value;
    return at == size;
}

/* Takes a time off the end: 0.20, 0.2012, 0.20 ms. A whole number without unit is none: other
 * output is full of them. */
static bool take_time(rest *r, uint64_t *ns)
{
    rest left = *r;
    bool has_unit = take_word(&left, "ms");
    size_t begin = left.size;
    bool has_point = false;
    while (begin > 0 && (is_digit(left.text[begin - 1]) || left.text[begin - 1] == '.'))
        has_point |= left.text[--begin] == '.';
    if ((!has_unit && !has_point) || !read_ms(left.text + begin, left.size - begin, ns))
        return false;
    left.size = begin;
    trim_end(&left);
    *r = left;
    return true;
}

static bool take_colon(rest *r)
{
    return take_word(r, ":") || take_word(r, "=");
}

/* Takes ", tot:0.20", ", total: 0.20 ms" or ", total time: 0.20 ms" off the end. */
static bool take_total(rest *r, uint64_t *ns)
{
    rest left = *r;
    if (!take_time(&left, ns) || !take_colon(&left))
        return false;
    bool is_total = take_word(&left, "time") ? take_word(&left, "total")
                                             : take_word(&left, "total") || take_word(&left, "tot");
    if (!is_total)
        return false;
    if (!take_word(&left, ",") && !take_word(&left, ";") && left.size > 0 &&
        !is_blank(r->text[left.size]))
        return false; /* the end of a longer word */
    *r = left;
    return true;
}

/* ---- Lines ---------------------------------------------------------------------------------- */

static const char enter_word[] = "> Entering ", exit_word[] = "< Exiting ";

/* Behind the word; what stands before it is nothing, blanks, or what a logger puts there. */
static const char *find_word(const char *line, size_t size, const char *word)
{
    const char *at = memmem(line, size, word, strlen(word));
    if (!at || (at > line && !is_blank(at[-1])))
        return NULL;
    return at + strlen(word);
}

static pp_log_line named(pp_log_kind kind, rest name)
{
    trim_begin(&name);
    trim_end(&name);
    return (pp_log_line){.kind = kind, .name = name.text, .name_size = name.size};
}

static pp_log_line read_exit(rest left)
{
    uint64_t ns = 0;
    trim_end(&left);
    bool has_time = take_total(&left, &ns);
    pp_log_line line = named(PP_LOG_EXIT, left);
    line.has_time = has_time;
    line.ns = ns;
    return line;
}

static bool read_step(rest left, pp_log_line *out)
{
    uint64_t ns, total_ns;
    rest with_total = left;
    trim_end(&left);
    trim_end(&with_total);
    bool ok = take_total(&with_total, &total_ns) && take_time(&with_total, &ns) &&
              take_colon(&with_total);
    if (ok)
        left = with_total;
    else
        ok = take_time(&left, &ns) && take_colon(&left);
    if (!ok)
        return false;
    pp_log_line step = named(PP_LOG_STEP, left);
    if (step.name_size == 0)
        return false;
    step.has_time = true;
    step.ns = ns;
    *out = step;
    return true;
}

pp_log_line pp_log_read_line(const char *line, size_t size)
{
    size_t indent = 0;
    while (indent < size && is_blank(line[indent]))
        indent++;
    pp_log_line result = {.kind = PP_LOG_OTHER};
    const char *name = find_word(line, size, enter_word);
    if (name) {
        result = named(PP_LOG_ENTER, (rest){name, size - (size_t)(name - line)});
    } else if ((name = find_word(line, size, exit_word)) != NULL) {
        result = read_exit((rest){name, size - (size_t)(name - line)});
    } else {
        read_step((rest){line, size}, &result);
    }
    if ((result.kind == PP_LOG_ENTER || result.kind == PP_LOG_EXIT) && result.name_size == 0)
        result.kind = PP_LOG_OTHER;
    result.indent = indent;
    return result;
}
