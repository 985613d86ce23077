/* link/log.c: the blocks of a log.
 *
 * Any bytes are a log: what is no line of a block is other output. Blocks nest; a step belongs to
 * the innermost open block. Where a block has steps that are indented deeper than its heading,
 * lines that are not are other output that only looks like a step. Everything is bounded. */
#include "link/log.h"

#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX_BYTES = 4096, /* what is longer is cut: no line of a block is */
    DEPTH_MAX = 64,        /* open blocks; headings inside the last are other output */
    LOOSE_MAX = 64,        /* steps that may yet turn out to be other output, of each open block */
};
static const size_t BLOCKS_MAX = (size_t)1 << 17, STEPS_MAX = (size_t)1 << 20;

typedef struct loose_step {
    const char *label;
    uint64_t ns;
} loose_step;

typedef struct open_block {
    size_t index;
    size_t indent;
    bool has_indented;
    uint32_t loose_count;
    loose_step loose[LOOSE_MAX]; /* not indented: steps only if no other one is */
} open_block;

struct pp_log_parser {
    pp_link_pool *pool;
    pp_link_file *file;
    bool failed; /* memory ran out */
    size_t steps;
    uint32_t depth;
    size_t line_size;
    char line[LINE_MAX_BYTES];
    open_block open[DEPTH_MAX];
};

pp_log_parser *pp_log_begin(pp_link_pool *pool, pp_link_file *file)
{
    pp_log_parser *parser = calloc(1, sizeof *parser);
    if (parser) {
        parser->pool = pool;
        parser->file = file;
    }
    return parser;
}

/* ---- Blocks --------------------------------------------------------------------------------- */

static void enter(pp_log_parser *parser, const pp_log_line *line)
{
    pp_link_file *file = parser->file;
    if (parser->depth == DEPTH_MAX) {
        file->lost++;
        return;
    }
    if (!pp_link_reserve(&file->blocks, &file->block_capacity, file->block_count,
                         sizeof *file->blocks, BLOCKS_MAX)) {
        parser->failed |= file->block_count < BLOCKS_MAX;
        file->lost++;
        return;
    }
    open_block *open = &parser->open[parser->depth++];
    open->index = file->block_count;
    open->indent = line->indent;
    open->has_indented = false;
    open->loose_count = 0;
    file->blocks[file->block_count++] =
        (pp_link_block){.work.name = pp_pool_label(parser->pool, line->name, line->name_size)};
}

static void add_step(pp_log_parser *parser, const open_block *open, const char *label, uint64_t ns)
{
    if (parser->steps == STEPS_MAX) {
        parser->file->lost++;
        return;
    }
    parser->steps++;
    parser->failed |= !pp_work_add(&parser->file->blocks[open->index].work, label, true, ns, ns);
}

static void take_step(pp_log_parser *parser, const pp_log_line *line)
{
    open_block *open = &parser->open[parser->depth - 1];
    const char *label = pp_pool_label(parser->pool, line->name, line->name_size);
    if (line->indent > open->indent) {
        open->has_indented = true;
        add_step(parser, open, label, line->ns);
    } else if (!open->has_indented && open->loose_count < LOOSE_MAX) {
        open->loose[open->loose_count++] = (loose_step){label, line->ns};
    }
}

/* Without a total of its own, a block took as long as its steps. */
static uint64_t sum_of_steps(const pp_link_work *work)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < work->step_count; i++)
        sum += work->steps[i].total_ns;
    return sum;
}

static void close_block(pp_log_parser *parser, const pp_log_line *line)
{
    open_block *open = &parser->open[--parser->depth];
    for (uint32_t i = 0; i < open->loose_count && !open->has_indented; i++)
        add_step(parser, open, open->loose[i].label, open->loose[i].ns);
    pp_link_block *block = &parser->file->blocks[open->index];
    block->has_ended = line != NULL;
    block->work.total_ns = line && line->has_time ? line->ns : sum_of_steps(&block->work);
}

static const char *name_at(const pp_log_parser *parser, uint32_t depth)
{
    return parser->file->blocks[parser->open[depth - 1].index].work.name;
}

/* Some name the block shorter when it ends: "f() for 12 items", then "f()". */
static bool begins_alike(const char *a, const char *b)
{
    size_t a_size = strlen(a), b_size = strlen(b);
    return strncmp(a, b, a_size < b_size ? a_size : b_size) == 0;
}

/* How deep the innermost open block of that name is, 0: there is none. */
static uint32_t find_open(const pp_log_parser *parser, const char *name)
{
    uint32_t depth = parser->depth;
    while (depth > 0 && name_at(parser, depth) != name)
        depth--;
    if (depth > 0)
        return depth;
    for (depth = parser->depth; depth > 0; depth--)
        if (begins_alike(name_at(parser, depth), name))
            return depth;
    return 0;
}

/* Ends the innermost open block of that name; those inside it were left open. One that was never
 * entered is other output. */
static void leave(pp_log_parser *parser, const pp_log_line *line)
{
    uint32_t depth = find_open(parser, pp_pool_label(parser->pool, line->name, line->name_size));
    if (depth == 0)
        return;
    while (parser->depth > depth)
        close_block(parser, NULL);
    close_block(parser, line);
}

/* ---- Lines ---------------------------------------------------------------------------------- */

/* Takes out what only colours a terminal: ESC [ … letter. */
static size_t strip_escapes(char *line, size_t size)
{
    size_t kept = 0;
    for (size_t at = 0; at < size;) {
        if (line[at] != '\x1b' || at + 1 == size || line[at + 1] != '[') {
            line[kept++] = line[at++];
            continue;
        }
        for (at += 2; at < size && (line[at] < '@' || line[at] > '~'); at++)
            ;
        at += at < size;
    }
    return kept;
}

static void take_line(pp_log_parser *parser)
{
    size_t size = strip_escapes(parser->line, parser->line_size);
    parser->line_size = 0;
    const pp_log_line line = pp_log_read_line(parser->line, size);
    if (line.kind == PP_LOG_ENTER)
        enter(parser, &line);
    else if (line.kind == PP_LOG_EXIT)
        leave(parser, &line);
    else if (line.kind == PP_LOG_STEP && parser->depth > 0)
        take_step(parser, &line);
}

bool pp_log_take(pp_log_parser *parser, const char *bytes, size_t size)
{
    while (size > 0 && !parser->failed) {
        const char *newline = memchr(bytes, '\n', size);
        size_t length = newline ? (size_t)(newline - bytes) : size;
        size_t room = LINE_MAX_BYTES - parser->line_size;
        size_t kept = length < room ? length : room;
        memcpy(parser->line + parser->line_size, bytes, kept);
        parser->line_size += kept;
        if (newline)
            take_line(parser);
        length += newline != NULL;
        bytes += length;
        size -= length;
    }
    return !parser->failed;
}

bool pp_log_end(pp_log_parser *parser)
{
    if (parser->line_size > 0)
        take_line(parser);
    while (parser->depth > 0)
        close_block(parser, NULL);
    bool ok = !parser->failed;
    free(parser);
    return ok;
}
