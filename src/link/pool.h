/* link/pool.h: labels, each kept once, so that equal ones are one pointer. */
#ifndef PP_LINK_POOL_H
#define PP_LINK_POOL_H

#include <stddef.h>
#include <stdint.h>

/* Starts zeroed. */
typedef struct pp_link_pool {
    char **slots; /* by hash; a power of two */
    size_t capacity, count, bytes;
} pp_link_pool;

/* What stands for labels beyond the pool's bounds. */
extern const char pp_link_other[];

/* The label of size bytes, cut at 255 on a whole character; what is no printable character is a
 * blank. Lives as long as the pool. Without memory or beyond its bounds: pp_link_other. */
const char *pp_pool_label(pp_link_pool *pool, const char *text, size_t size);

void pp_pool_free(pp_link_pool *pool);

#endif
