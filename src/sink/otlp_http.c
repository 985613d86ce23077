/* sink/otlp_http.c: posts requests to a Collector. */
#include "sink/otlp_http.h"

#include "base/base.h"
#include "base/random.h"
#include "base/signal_guard.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* libcurl's interface as far as it is used here. Its numbers and signatures are part of the ABI of
 * libcurl.so.4, which has not changed since 2006; tests/unit/test_otlp.c holds them against
 * curl/curl.h. */
#include "sink/otlp_curl.h"

enum {
    URL_BYTES = 2048,
    ANSWER_BYTES = 16384, /* what is read of an answer */
    CONNECT_MS = 5000,
    TRY_MS = 10000, /* for one try */
    TICK_NS = 20000000,
};
static const uint64_t FIRST_WAIT_NS = 500000000, LONGEST_WAIT_NS = 15000000000;

struct pp_otlp_http {
    CURL *curl;
    struct curl_slist *headers;
    char endpoint[URL_BYTES];
    char answer[ANSWER_BYTES + 1];
    size_t answer_bytes;
    pp_otlp_deadline_fn deadline; /* of the post that runs */
    void *deadline_user;
};

/* ---- libcurl -------------------------------------------------------------------------------- */

static struct {
    pthread_once_t once;
    bool is_loaded;
    char error[160];
    pp_curl_functions call;
} library = {.once = PTHREAD_ONCE_INIT};

static bool find(void *handle, const char *name, void *function)
{
    void *symbol = dlsym(handle, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

/* It stays loaded: TLS libraries do not like to be unloaded. */
static void load(void)
{
    void *handle = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        handle = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        pp_format(library.error, sizeof library.error, "%s", dlerror());
        return;
    }
    pp_curl_functions *call = &library.call;
    library.is_loaded = find(handle, "curl_global_init", &call->global_init) &&
                        find(handle, "curl_easy_init", &call->init) &&
                        find(handle, "curl_easy_cleanup", &call->cleanup) &&
                        find(handle, "curl_easy_setopt", &call->setopt) &&
                        find(handle, "curl_easy_perform", &call->perform) &&
                        find(handle, "curl_easy_getinfo", &call->getinfo) &&
                        find(handle, "curl_easy_strerror", &call->strerror) &&
                        find(handle, "curl_slist_append", &call->slist_append) &&
                        find(handle, "curl_slist_free_all", &call->slist_free_all) &&
                        call->global_init(PP_CURL_GLOBAL_ALL) == 0;
    if (!library.is_loaded)
        pp_format(library.error, sizeof library.error, "it is no libcurl that can be used");
}

/* ---- Time ----------------------------------------------------------------------------------- */

/* The real one: an override of the clock is not for networks. */
static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_over(const pp_otlp_http *http)
{
    return now_ns() >= http->deadline(http->deadline_user);
}

/* Waits; false when the deadline came first. */
static bool wait_for(const pp_otlp_http *http, uint64_t wait_ns)
{
    const struct timespec tick = {0, TICK_NS};
    uint64_t until_ns = now_ns() + wait_ns;
    while (now_ns() < until_ns) {
        if (is_over(http))
            return false;
        nanosleep(&tick, NULL);
    }
    return !is_over(http);
}

/* Twice as long each time, a random part of it less, so that a thousand programs do not come back
 * in step; at least what the Collector asks for. */
static uint64_t wait_of(unsigned tries, uint64_t retry_after_ns)
{
    uint64_t wait_ns = tries < 6 ? FIRST_WAIT_NS << tries : LONGEST_WAIT_NS;
    if (wait_ns > LONGEST_WAIT_NS)
        wait_ns = LONGEST_WAIT_NS;
    wait_ns -= pp_random() % (wait_ns / 2);
    return wait_ns > retry_after_ns ? wait_ns : retry_after_ns;
}

/* ---- Calls from libcurl --------------------------------------------------------------------- */

/* What does not fit is read and forgotten. */
static size_t take_answer(char *bytes, size_t size, size_t count, void *user)
{
    pp_otlp_http *http = user;
    size_t room = ANSWER_BYTES - http->answer_bytes, all = size * count;
    size_t taken = all < room ? all : room;
    memcpy(http->answer + http->answer_bytes, bytes, taken);
    http->answer_bytes += taken;
    return all;
}

static int look_at_deadline(void *user, int64_t down_total, int64_t down, int64_t up_total,
                            int64_t up)
{
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return is_over(user);
}

/* ---- Answers -------------------------------------------------------------------------------- */

/* The value of a member of the answer's JSON; its object holds nothing that nests as deep as to
 * have the same key elsewhere. NULL if it is not there. */
static const char *find_member(const char *json, const char *key)
{
    const char *at = strstr(json, key);
    if (!at)
        return NULL;
    at += strlen(key);
    at += strspn(at, " \t\r\n");
    if (*at != ':')
        return NULL;
    at++;
    return at + strspn(at, " \t\r\n");
}

/* 64-bit numbers are strings in OTLP's JSON, and numbers with some Collectors. */
static uint64_t read_count(const char *json, const char *key)
{
    const char *at = find_member(json, key);
    if (at && *at == '"')
        at++;
    return at && *at >= '0' && *at <= '9' ? strtoull(at, NULL, 10) : 0;
}

static void read_message(const char *json, const char *key, char *out, size_t capacity)
{
    const char *at = find_member(json, key);
    size_t used = 0;
    if (at && *at++ == '"')
        for (; *at && *at != '"' && used + 1 < capacity; at++) {
            if (*at == '\\' && at[1])
                at++;
            out[used++] = (unsigned char)*at < 0x20 ? ' ' : *at;
        }
    out[used] = '\0';
}

static void read_partial_success(pp_otlp_http *http, pp_otlp_answer *answer)
{
    http->answer[http->answer_bytes] = '\0';
    answer->rejected = read_count(http->answer, "\"rejectedSpans\"") +
                       read_count(http->answer, "\"rejectedDataPoints\"");
    read_message(http->answer, "\"errorMessage\"", answer->message, sizeof answer->message);
}

static bool may_be_tried_again(long status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

/* ---- Posting -------------------------------------------------------------------------------- */

static void set_request(pp_otlp_http *http, const char *url, const char *json, size_t size_bytes)
{
    const pp_curl_functions *c = &library.call;
    c->setopt(http->curl, PP_CURLOPT_URL, url);
    c->setopt(http->curl, PP_CURLOPT_HTTPHEADER, http->headers);
    c->setopt(http->curl, PP_CURLOPT_POSTFIELDSIZE_LARGE, (int64_t)size_bytes);
    c->setopt(http->curl, PP_CURLOPT_POSTFIELDS, json);
    c->setopt(http->curl, PP_CURLOPT_PROTOCOLS, (long)(PP_CURLPROTO_HTTP | PP_CURLPROTO_HTTPS));
    c->setopt(http->curl, PP_CURLOPT_NOSIGNAL, 1L);
    c->setopt(http->curl, PP_CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    c->setopt(http->curl, PP_CURLOPT_TIMEOUT_MS, (long)TRY_MS);
    c->setopt(http->curl, PP_CURLOPT_WRITEFUNCTION, take_answer);
    c->setopt(http->curl, PP_CURLOPT_WRITEDATA, http);
    c->setopt(http->curl, PP_CURLOPT_NOPROGRESS, 0L);
    c->setopt(http->curl, PP_CURLOPT_XFERINFOFUNCTION, look_at_deadline);
    c->setopt(http->curl, PP_CURLOPT_XFERINFODATA, http);
}

/* One try: whether that was the last one. *wait_ns: what the Collector asks for. */
static bool try_once(pp_otlp_http *http, pp_otlp_answer *answer, uint64_t *wait_ns)
{
    const pp_curl_functions *c = &library.call;
    http->answer_bytes = 0;
    pp_signal_guard guard = pp_signal_guard_begin(SIGPIPE);
    int error = c->perform(http->curl);
    pp_signal_guard_end(&guard, true);
    *wait_ns = 0;
    if (error != 0) {
        pp_format(answer->message, sizeof answer->message, "%s", c->strerror(error));
        return error == PP_CURLE_BAD_URL || error == PP_CURLE_UNSUPPORTED_PROTOCOL;
    }
    long status = 0;
    int64_t retry_after_s = 0;
    c->getinfo(http->curl, PP_CURLINFO_RESPONSE_CODE, &status);
    c->getinfo(http->curl, PP_CURLINFO_RETRY_AFTER, &retry_after_s);
    answer->is_taken = status >= 200 && status < 300;
    if (answer->is_taken) {
        read_partial_success(http, answer);
        return true;
    }
    if (retry_after_s > 0 && retry_after_s < 86400)
        *wait_ns = (uint64_t)retry_after_s * 1000000000;
    pp_format(answer->message, sizeof answer->message, "it answered with status %ld", status);
    return !may_be_tried_again(status);
}

bool pp_otlp_http_post(pp_otlp_http *http, const char *path, const char *json, size_t size_bytes,
                       pp_otlp_deadline_fn deadline, void *user, pp_otlp_answer *answer)
{
    char url[URL_BYTES + 32];
    uint64_t asked_ns;
    pp_format(url, sizeof url, "%s%s", http->endpoint, path);
    *answer = (pp_otlp_answer){0};
    http->deadline = deadline;
    http->deadline_user = user;
    set_request(http, url, json, size_bytes);
    for (unsigned tries = 0; !try_once(http, answer, &asked_ns); tries++) {
        if (!wait_for(http, wait_of(tries, asked_ns)))
            break;
        answer->retries++;
    }
    return answer->is_taken;
}

/* ---- Life ----------------------------------------------------------------------------------- */

static bool is_url(const char *endpoint)
{
    return endpoint && strlen(endpoint) < URL_BYTES - 1 &&
           (strncmp(endpoint, "http://", 7) == 0 || strncmp(endpoint, "https://", 8) == 0);
}

int pp_otlp_http_create(pp_otlp_http **out, const char *endpoint)
{
    if (!is_url(endpoint))
        return pp_fail(PP_EINVAL, "'%s' is no URL that begins with http:// or https://",
                       endpoint ? endpoint : "");
    pthread_once(&library.once, load);
    if (!library.is_loaded)
        return pp_fail(PP_ENOTSUP, "posting needs libcurl (Debian: libcurl4): %s", library.error);
    pp_otlp_http *http = calloc(1, sizeof *http);
    CURL *curl = http ? library.call.init() : NULL;
    struct curl_slist *headers =
        curl ? library.call.slist_append(NULL, "Content-Type: application/json") : NULL;
    if (!headers) {
        if (curl)
            library.call.cleanup(curl);
        free(http);
        return pp_fail(PP_ENOMEM, "out of memory for a connection");
    }
    http->curl = curl;
    http->headers = headers;
    pp_format(http->endpoint, sizeof http->endpoint, "%s", endpoint);
    for (size_t end = strlen(http->endpoint); end > 0 && http->endpoint[end - 1] == '/';)
        http->endpoint[--end] = '\0';
    *out = http;
    return PP_OK;
}

void pp_otlp_http_destroy(pp_otlp_http *http)
{
    if (!http)
        return;
    library.call.cleanup(http->curl);
    library.call.slist_free_all(http->headers);
    free(http);
}
