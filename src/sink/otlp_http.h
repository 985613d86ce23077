/* sink/otlp_http.h: posts requests to a Collector: tries again as the OTLP specification says, and
 * gives up in bounded time.
 *
 * libcurl is loaded when a program asks for the first post, so that the core needs none and a
 * program that exports nothing does not load it. */
#ifndef PP_OTLP_HTTP_H
#define PP_OTLP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pp_otlp_http pp_otlp_http;

/* What a post led to. */
typedef struct pp_otlp_answer {
    bool is_taken;     /* 2xx */
    uint64_t rejected; /* spans or points that the Collector says it dropped all the same */
    uint64_t retries;
    char message[256]; /* why it was not taken, or what the Collector said to a rejection */
} pp_otlp_answer;

/* endpoint: its base URL. PP_EINVAL (no URL of http or https), PP_ENOTSUP (no libcurl), PP_ENOMEM.
 */
int pp_otlp_http_create(pp_otlp_http **out, const char *endpoint);
void pp_otlp_http_destroy(pp_otlp_http *http);

/* Asked all the time while a post waits: the CLOCK_MONOTONIC time by which it must end. */
typedef uint64_t (*pp_otlp_deadline_fn)(void *user);

/* Posts to endpoint + path ("/v1/traces"). Returns whether it was taken. One thread at a time. */
bool pp_otlp_http_post(pp_otlp_http *http, const char *path, const char *json, size_t size_bytes,
                       pp_otlp_deadline_fn deadline, void *user, pp_otlp_answer *answer);

#endif
