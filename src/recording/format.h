/* recording/format.h: the bytes of a recording, as docs/recording-format.md describes them.
 *
 * Everything is little-endian and naturally aligned. A file is a header and segments of one size; a
 * segment holds blocks: the words of one thread's chunk, or names and facts (meta). The live part
 * of a recording, in shared memory, is a header and slots, each a block that is being filled. */
#ifndef PP_RECORDING_FORMAT_H
#define PP_RECORDING_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define PP_REC_MAGIC "PPREC\r\n\x1a"
enum {
    PP_REC_VERSION = 1,     /* that is written */
    PP_REC_VERSION_MIN = 1, /* readers accept from here to PP_REC_VERSION */
    PP_REC_HEADER_BYTES = 4096,
    PP_REC_SEGMENT_BYTES = 262144,
    PP_REC_SLOT_BYTES = 65536,
    PP_REC_BLOCK_ALIGN = 64,
    PP_REC_CHUNK_WORDS = 8176,         /* of a whole chunk: four of its blocks fill a segment */
    PP_REC_SEGMENT_MAGIC = 0x47535050, /* "PPSG" */
    PP_REC_BLOCK_MAGIC = 0x4b425050,   /* "PPBK" */
};

/* Flags of the file header. */
enum {
    PP_REC_COMPLETE = 1, /* its writer closed it */
    PP_REC_BOUNDED = 2,  /* the oldest segments are used again */
    PP_REC_LIVE = 4,     /* this is the live part of another file */
};

/* The first page of a file and of its live part. */
typedef struct pp_rec_header {
    char magic[8];
    uint32_t version;
    uint32_t header_bytes;
    uint32_t segment_bytes; /* of a slot in the live part */
    uint32_t flags;
    uint8_t id[16]; /* random; the same in both parts */
    uint32_t pid;
    int32_t error; /* errno that ended the recording early */
    uint64_t start_ns, start_utc_ns;
    uint64_t dropped, overwritten; /* records; in the live part while there is one */
    uint64_t capacity_bytes;
    uint64_t checksum; /* XXH3 of this header with checksum 0; not kept in the live part */
    char boot_id[40];
    uint64_t size_bytes; /* of the whole file when it was closed, 0 until then */
    char reserved[368];
    char path[3584]; /* of the other part: absolute, NUL-terminated */
} pp_rec_header;

enum pp_rec_kind { PP_REC_DATA = 1, PP_REC_META = 2 };

typedef struct pp_rec_segment {
    uint32_t magic, kind;
    uint64_t sequence; /* 1 for the first of the recording; 0: unused */
    uint64_t reserved[6];
} pp_rec_segment;

/* In front of the words of a chunk. Blocks begin at multiples of PP_REC_BLOCK_ALIGN. */
typedef struct pp_rec_block {
    uint32_t magic, kind;
    uint32_t thread;   /* its number, 0 for meta */
    uint32_t words;    /* behind this header; 0 in a live slot: up to the first 0 */
    uint64_t sequence; /* of the thread's chunks in the recording, 1 for the first */
    uint64_t base_ticks;
    uint64_t lost_before; /* records of the thread lost just before */
    uint64_t segment;     /* sequence of the segment; others are left-overs of an older use */
    uint64_t checksum;    /* XXH3 of the words, seeded with XXH3 of this header with checksum 0 */
    uint64_t records;     /* zones begun and marks in it */
} pp_rec_block;

/* Meta words: type | payload words << 16, then the payload. A text is its size in bytes and then
 * the bytes, filled up with zeros to whole words. Later entries of one number replace earlier. */
enum pp_rec_meta {
    PP_META_SITE = 1, /* id, phase, line, text name, text file */
    PP_META_LABEL,    /* id, text */
    PP_META_PHASE,    /* number, text name */
    PP_META_THREAD,   /* number, tid, text name */
    PP_META_WINDOW,   /* number, text title, text renderer */
    PP_META_CLOCK,    /* ticks0, ns0, rate (ns per tick, 32.32 fixed point) from ticks0 on */
    PP_META_NOTE,     /* text key, text value */
};

static inline uint64_t pp_meta_word(enum pp_rec_meta type, uint64_t payload_words)
{
    return (uint64_t)type | payload_words << 16;
}
static inline unsigned pp_meta_type(uint64_t word)
{
    return (unsigned)(word & 0xffff);
}
static inline uint64_t pp_meta_payload(uint64_t word)
{
    return word >> 16;
}

_Static_assert(sizeof(pp_rec_header) == PP_REC_HEADER_BYTES, "a page");
_Static_assert(sizeof(pp_rec_segment) == 64 && sizeof(pp_rec_block) == 64, "cache lines");
_Static_assert(sizeof(pp_rec_block) + PP_REC_CHUNK_WORDS * 8 <= PP_REC_SLOT_BYTES, "fits a slot");
_Static_assert(64 + 4 * (sizeof(pp_rec_block) + PP_REC_CHUNK_WORDS * 8) <= PP_REC_SEGMENT_BYTES,
               "four fit a segment");

#endif
