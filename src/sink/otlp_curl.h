/* sink/otlp_curl.h: what is used of libcurl's binary interface, so that neither its headers nor the
 * library are needed to build. The names are libcurl's with PP_ before them. */
#ifndef PP_OTLP_CURL_H
#define PP_OTLP_CURL_H

#include <stdint.h>

typedef void CURL;
struct curl_slist;

/* X(name, value): held against curl/curl.h by a test. */
#define PP_CURL_NUMBERS(X)                                                                         \
    X(CURL_GLOBAL_ALL, 3)                                                                          \
    X(CURLE_UNSUPPORTED_PROTOCOL, 1)                                                               \
    X(CURLPROTO_HTTP, 1L)                                                                          \
    X(CURLPROTO_HTTPS, 2L)                                                                         \
    X(CURLOPT_WRITEDATA, 10001)                                                                    \
    X(CURLOPT_URL, 10002)                                                                          \
    X(CURLOPT_POSTFIELDS, 10015)                                                                   \
    X(CURLOPT_HTTPHEADER, 10023)                                                                   \
    X(CURLOPT_NOPROGRESS, 43)                                                                      \
    X(CURLOPT_XFERINFODATA, 10057)                                                                 \
    X(CURLOPT_NOSIGNAL, 99)                                                                        \
    X(CURLOPT_TIMEOUT_MS, 155)                                                                     \
    X(CURLOPT_CONNECTTIMEOUT_MS, 156)                                                              \
    X(CURLOPT_PROTOCOLS, 181)                                                                      \
    X(CURLOPT_WRITEFUNCTION, 20011)                                                                \
    X(CURLOPT_XFERINFOFUNCTION, 20219)                                                             \
    X(CURLOPT_POSTFIELDSIZE_LARGE, 30120)                                                          \
    X(CURLINFO_RESPONSE_CODE, 0x200002)                                                            \
    X(CURLINFO_RETRY_AFTER, 0x600039)

#define PP_CURL_ENUM(name, value) PP_##name = (value),
enum { PP_CURL_NUMBERS(PP_CURL_ENUM) PP_CURLE_BAD_URL = 3 };
#undef PP_CURL_ENUM

typedef struct pp_curl_functions {
    int (*global_init)(long flags);
    CURL *(*init)(void);
    void (*cleanup)(CURL *curl);
    int (*setopt)(CURL *curl, int option, ...);
    int (*perform)(CURL *curl);
    int (*getinfo)(CURL *curl, int info, ...);
    const char *(*strerror)(int code);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
} pp_curl_functions;

#endif
