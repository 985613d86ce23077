/* fuzz/fuzz_log.c: a libFuzzer target: any two logs are joined or refused with a message, and what
 * is written of them is JSON and text without control characters.
 *
 * The input is the client's log and the server's behind each other, with a NUL between them; what
 * stands before a second NUL is the label of the call. */
#include <paintprof/error.h>
#include <paintprof/link.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_text(void *user, const char *text, size_t size)
{
    (void)user;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < 0x20 && text[i] != '\n')
            abort();
}

/* Brackets match outside strings, and one line is all. */
static void check_json(void *user, const char *text, size_t size)
{
    (void)user;
    char open[64];
    size_t depth = 0;
    int in_string = 0;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if ((unsigned char)c < 0x20 && (c != '\n' || i + 1 != size))
            abort();
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = 1;
        } else if (c == '{' || c == '[') {
            if (depth == sizeof open)
                abort();
            open[depth++] = c;
        } else if (c == '}' || c == ']') {
            if (depth == 0 || open[--depth] != (c == '}' ? '{' : '['))
                abort();
        }
    }
    if (depth != 0 || in_string)
        abort();
}

/* A status is success, or comes with a message. */
static int ok(int status)
{
    if (status != PP_OK && status != PP_EDATA)
        abort();
    if (status != PP_OK && pp_last_error()[0] == '\0')
        abort();
    return status == PP_OK;
}

static void check_sum(const pp_link_times *t)
{
    if (t->client_own_ns < 0 || t->client_own_ns > t->client_ns)
        abort();
    if (t->transport_ns != PP_LINK_UNKNOWN &&
        t->client_own_ns + t->transport_ns + t->server_ns != t->client_ns)
        abort();
}

static void join(pp_link *link, const char *texts[2], const size_t sizes[2])
{
    pp_link_call call;
    for (int i = 0; i < 2; i++)
        if (!ok(pp_link_add_log(link, i ? "server" : "client", texts[i], sizes[i])))
            return;
    if (!ok(pp_link_join(link)))
        return;
    for (size_t i = 0; pp_link_call_at(link, i, &call); i++)
        check_sum(&call.times);
    if (pp_link_write_json(link, check_json, NULL) != PP_OK ||
        pp_link_write_text(link, check_text, NULL) != PP_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *client = (const char *)bytes, *end = client + size;
    const char *middle = memchr(client, '\0', size);
    const char *server = middle ? middle + 1 : end;
    const char *last = memchr(server, '\0', (size_t)(end - server));
    char label[64] = "";
    if (last)
        strncat(label, server, sizeof label - 1);
    pp_link_opts opts = {.struct_size = sizeof opts, .call_label = label[0] ? label : NULL};
    pp_link *link;
    if (pp_link_create(&link, &opts) != PP_OK)
        abort();
    if (last)
        server = last + 1;
    const char *texts[2] = {client, server};
    const size_t sizes[2] = {(size_t)((middle ? middle : end) - client), (size_t)(end - server)};
    join(link, texts, sizes);
    pp_link_destroy(link);
    return 0;
}
