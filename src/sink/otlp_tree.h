/* sink/otlp_tree.h: makes trees of zones, as spans want them, from zones that are told when they
 * end: a frame with the zones in it, or an outermost zone with those inside it.
 *
 * Memory is bounded whatever comes: PP_OTLP_NODES_MAX zones of all threads wait for their frame or
 * for the zone around them. Where more come, zones that would not be sent for their own sake are
 * let go (counted in the tree), then all that wait on the thread are delivered as they are. */
#ifndef PP_OTLP_TREE_H
#define PP_OTLP_TREE_H

#include "sink/otlp_requests.h"

#include <stdbool.h>

enum { PP_OTLP_NODES_MAX = 1 << 17, PP_OTLP_LINKS_MAX = 16 };

/* A mark, or a message that a client's span sent or received. */
typedef struct pp_otlp_mark {
    struct pp_otlp_mark *next; /* the one after it */
    bool is_message;           /* label is then "SENT" or "RECEIVED" */
    uint64_t at_ns, since_mark_ns, zone_start_ns;
    uint32_t depth;
    char label[]; /* NUL-terminated */
} pp_otlp_mark;

/* A zone that has ended, or a wait of what it handled. */
typedef struct pp_otlp_node {
    struct pp_otlp_node *next;  /* of its siblings, in the order of time */
    struct pp_otlp_node *child; /* the first */
    pp_otlp_mark *marks;        /* the first */
    const pp_site_info *site;
    uint32_t thread, depth;
    uint64_t start_ns, end_ns, self_ns;
    bool is_span;           /* of a trace of its own: span says which */
    pp_otlp_wait_kind wait; /* its span has no id of its own yet */
    pp_span span;
} pp_otlp_node;

/* What is delivered; free it by pp_otlp_tree_free(). */
typedef struct pp_otlp_tree {
    struct pp_otlp_tree *next; /* the receiver's */
    bool has_frame;
    bool is_slow; /* the frame: all its zones are told */
    bool is_cut;  /* what was around these zones did not fit in memory, or has not ended */
    uint32_t link_count;
    uint64_t node_count, left_out; /* zones */
    pp_frame frame;                /* painters NULL */
    pp_trace links[PP_OTLP_LINKS_MAX];
    pp_otlp_node *nodes; /* the first */
} pp_otlp_tree;

typedef struct pp_otlp_tree_opts {
    void *user;
    void (*deliver)(void *user, pp_otlp_tree *tree); /* takes it over */
    uint64_t slow_ns;                                /* 0: the last frame's budget */
    uint32_t nodes_max;
    bool all_zones;   /* also those that were quick */
    bool slow_frames; /* only those, instead of all */
} pp_otlp_tree_opts;

typedef struct pp_otlp_trees pp_otlp_trees;

/* NULL without memory. */
pp_otlp_trees *pp_otlp_trees_create(const pp_otlp_tree_opts *opts);

/* Frees what waits. */
void pp_otlp_trees_destroy(pp_otlp_trees *trees);

void pp_otlp_trees_zone(pp_otlp_trees *trees, const pp_zone_record *zone);
void pp_otlp_trees_mark(pp_otlp_trees *trees, const pp_mark_record *mark);
void pp_otlp_trees_frame(pp_otlp_trees *trees, const pp_frame *frame);
void pp_otlp_trees_event(pp_otlp_trees *trees, const pp_trace_record *event);

/* Delivers what waits: no frame will come for it. */
void pp_otlp_trees_flush(pp_otlp_trees *trees);

/* Zones and marks that there was no memory for. */
uint64_t pp_otlp_trees_lost(const pp_otlp_trees *trees);

/* Whether a zone is told for its own sake. */
bool pp_otlp_node_is_wanted(const pp_otlp_node *node, bool all_zones, uint64_t slow_ns);

/* The limit above which frames and zones are slow at present. */
uint64_t pp_otlp_trees_slow_ns(const pp_otlp_trees *trees);

void pp_otlp_tree_free(pp_otlp_tree *tree);

#endif
