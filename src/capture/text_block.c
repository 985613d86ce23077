/* capture/text_block.c: text blocks: nested per thread, parent's heading first, one write each.
 *
 * A block collects its lines until it ends. If it took long enough, its text goes into its parent,
 * or out if it has none; if not, only the blocks inside that did go on. A block that prints
 * immediately makes its ancestors print what they have, since their headings come first. */
#include "capture/text_block.h"

#include "base/base.h"

#include <errno.h>
#include <paintprof/gate.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 640, INDENT = 2 };

typedef struct text {
    char *bytes;
    size_t size, capacity;
} text;

typedef struct block {
    struct block *parent;
    uint64_t serial;
    uint64_t begin_ns, mark_ns;
    double ms_threshold;
    bool is_printed; /* the heading is out: every line goes out at once */
    text lines;      /* marks and blocks inside, as the block shows them */
    text children;   /* the blocks inside alone, for a parent that is not shown */
    char name[];
} block;

static __thread struct {
    block *innermost;
    uint64_t last_serial;
} open_blocks __attribute__((tls_model("initial-exec")));

static struct {
    pthread_mutex_t mutex;
    pp_text_fn write;
    void *user;
} sink = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static uint64_t lost_count;

/* ---- Text that grows ----------------------------------------------------------------------- */

static bool text_reserve(text *t, size_t more)
{
    if (t->size + more <= t->capacity)
        return true;
    size_t capacity = (t->size + more) * 2;
    char *bytes = realloc(t->bytes, capacity);
    if (!bytes) {
        __atomic_fetch_add(&lost_count, 1, __ATOMIC_RELAXED);
        return false;
    }
    t->bytes = bytes;
    t->capacity = capacity;
    return true;
}

/* Appends lines, each indented by spaces. All or nothing. */
static void text_append(text *t, const char *lines, size_t size, size_t spaces)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += lines[i] == '\n';
    if (!text_reserve(t, size + count * spaces))
        return;
    while (size > 0) {
        const char *newline = memchr(lines, '\n', size);
        size_t line_size = (size_t)(newline - lines) + 1;
        memset(t->bytes + t->size, ' ', spaces);
        memcpy(t->bytes + t->size + spaces, lines, line_size);
        t->size += spaces + line_size;
        lines += line_size;
        size -= line_size;
    }
}

/* ---- Output -------------------------------------------------------------------------------- */

static void write_to_stderr(const char *bytes, size_t size)
{
    int saved = errno;
    while (size > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break; /* nowhere left to complain to */
        bytes += written;
        size -= (size_t)written;
    }
    errno = saved;
}

static void write_out(const char *bytes, size_t size)
{
    if (size == 0)
        return;
    pthread_mutex_lock(&sink.mutex);
    pp_text_fn write_fn = sink.write;
    void *user = sink.user;
    pthread_mutex_unlock(&sink.mutex);
    if (write_fn)
        write_fn(user, bytes, size);
    else
        write_to_stderr(bytes, size);
}

static size_t depth_of(const block *b)
{
    size_t depth = 0;
    for (b = b->parent; b; b = b->parent)
        depth++;
    return depth;
}

static void print_lines(const block *b, const char *lines, size_t size, size_t extra)
{
    text out = {0};
    text_append(&out, lines, size, depth_of(b) * INDENT + extra);
    write_out(out.bytes, out.size);
    free(out.bytes);
}

/* Adds lines to a block, or prints them where its heading is out already. */
static void add_lines(block *b, const char *lines, size_t size)
{
    if (b->is_printed)
        print_lines(b, lines, size, INDENT);
    else
        text_append(&b->lines, lines, size, INDENT);
}

static size_t format_line(char *line, const char *format, ...) PP_PRINTF(2, 3);

/* Formats one line; a control character in it would break the block's shape and becomes a space. */
static size_t format_line(char *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = pp_vformat(line, LINE_MAX_BYTES - 1, format, args);
    va_end(args);
    size_t size = length < 0 ? 0 : (size_t)length;
    if (size > LINE_MAX_BYTES - 2)
        size = LINE_MAX_BYTES - 2;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    line[size++] = '\n';
    return size;
}

static void print_heading(block *b)
{
    if (b->is_printed)
        return;
    if (b->parent)
        print_heading(b->parent);
    char line[LINE_MAX_BYTES];
    size_t size = format_line(line, "> Entering %s", b->name);
    print_lines(b, line, size, 0);
    print_lines(b, b->lines.bytes, b->lines.size, 0);
    b->is_printed = true;
    b->lines.size = b->children.size = 0;
}

/* ---- Blocks -------------------------------------------------------------------------------- */

uint64_t pp_text_block_begin(const char *name, double ms_threshold, bool immediate)
{
    size_t size = strnlen(name, 255);
    block *b = calloc(1, sizeof *b + size + 1);
    if (!b) {
        __atomic_fetch_add(&lost_count, 1, __ATOMIC_RELAXED);
        return 0;
    }
    memcpy(b->name, name, size);
    b->parent = open_blocks.innermost;
    b->serial = ++open_blocks.last_serial;
    b->ms_threshold = ms_threshold;
    open_blocks.innermost = b;
    if (immediate)
        print_heading(b);
    b->begin_ns = b->mark_ns = pp_now_ns();
    return b->serial;
}

static block *find_block(uint64_t serial)
{
    block *b = open_blocks.innermost;
    while (b && b->serial != serial)
        b = b->parent;
    return b;
}

static double ms_of(uint64_t ns)
{
    return (double)ns / 1e6;
}

void pp_text_block_mark(uint64_t serial, const char *label)
{
    uint64_t now_ns = pp_now_ns();
    block *b = find_block(serial);
    if (!b)
        return;
    char line[LINE_MAX_BYTES];
    size_t size = format_line(line, "%.500s: %.4f, tot:%.4f", label, ms_of(now_ns - b->mark_ns),
                              ms_of(now_ns - b->begin_ns));
    add_lines(b, line, size);
    b->mark_ns = now_ns;
}

/* The whole text of a block that ended and is shown. */
static text whole_text(const block *b, double total_ms)
{
    text whole = {0};
    char line[LINE_MAX_BYTES];
    size_t size = format_line(line, "> Entering %s", b->name);
    text_append(&whole, line, size, 0);
    text_append(&whole, b->lines.bytes, b->lines.size, 0);
    size = format_line(line, "< Exiting %s, total time: %.4f ms", b->name, total_ms);
    text_append(&whole, line, size, 0);
    return whole;
}

static void hand_on(block *parent, const char *lines, size_t size)
{
    if (size == 0)
        return;
    if (!parent) {
        write_out(lines, size);
        return;
    }
    add_lines(parent, lines, size);
    if (!parent->is_printed)
        text_append(&parent->children, lines, size, 0);
}

static void close_innermost(uint64_t now_ns)
{
    block *b = open_blocks.innermost;
    open_blocks.innermost = b->parent;
    double total_ms = ms_of(now_ns - b->begin_ns);
    double threshold = b->ms_threshold < 0 ? pg_ms_slower_then() : b->ms_threshold;
    if (b->is_printed) {
        char line[LINE_MAX_BYTES];
        size_t size = format_line(line, "< Exiting %s, total time: %.4f ms", b->name, total_ms);
        print_lines(b, line, size, 0);
    } else if (threshold <= 0 || total_ms > threshold) {
        text whole = whole_text(b, total_ms);
        hand_on(b->parent, whole.bytes, whole.size);
        free(whole.bytes);
    } else {
        hand_on(b->parent, b->children.bytes, b->children.size);
    }
    free(b->lines.bytes);
    free(b->children.bytes);
    free(b);
}

void pp_text_block_end(uint64_t serial)
{
    uint64_t now_ns = pp_now_ns();
    if (!find_block(serial))
        return;
    while (open_blocks.innermost->serial != serial)
        close_innermost(now_ns);
    close_innermost(now_ns);
}

uint64_t pp_text_block_innermost(void)
{
    return open_blocks.innermost ? open_blocks.innermost->serial : 0;
}

void pp_text_block_unwind(uint64_t serial)
{
    if (!open_blocks.innermost || open_blocks.innermost->serial <= serial)
        return;
    uint64_t now_ns = pp_now_ns();
    while (open_blocks.innermost && open_blocks.innermost->serial > serial)
        close_innermost(now_ns);
}

void pp_set_text_sink(pp_text_fn write_fn, void *user)
{
    pthread_mutex_lock(&sink.mutex);
    sink.write = write_fn;
    sink.user = user;
    pthread_mutex_unlock(&sink.mutex);
}

uint64_t pp_profilers_lost(void)
{
    return __atomic_load_n(&lost_count, __ATOMIC_RELAXED);
}
