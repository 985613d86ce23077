/* capture/threads.h: the state of the capture: threads, their queues of chunks, and who wants them.
 * Shared by the files that hand chunks over (thread.c), drain them (drain.c), save them
 * (recorder.c), keep some ready (helper.c) and start and stop it all (control.c); nobody else. */
#ifndef PP_CAPTURE_THREADS_H
#define PP_CAPTURE_THREADS_H

#include "capture/chunk.h"
#include "capture/state.h"

#include <pthread.h>
#include <sys/types.h>

typedef struct pp_thread {
    struct pp_thread *next;
    pp_cursor *cursor; /* the thread's own; NULL when it is gone */
    uint32_t number;
    pid_t tid;
    uint32_t generation; /* of the capture that the chunks below belong to */
    uint32_t epoch;      /* of the store that current comes from */
    uint32_t serial;     /* of the recording that sequence counts in */
    uint64_t sequence;   /* of its last chunk there */
    pp_chunk *oldest, *current;
    uint64_t read;           /* words of oldest already drained */
    uint32_t queued;         /* chunks from oldest to current */
    bool oldest_is_draining; /* so it may not be given up */
    bool starts_afresh;      /* the drain did not see what came before */
    uint64_t lost;           /* records, since current was taken; goes to the next chunk */
    uint64_t lost_total;     /* zones and marks, in this capture */
    uint64_t *end;           /* of current; the cursor's limit but for fallback clocks */
} pp_thread;

typedef struct pp_recorder pp_recorder;

/* Chunks in the order in which they came. */
typedef struct pp_chunk_list {
    pp_chunk *first, *last;
} pp_chunk_list;

enum pp_helper_state { PP_HELPER_WORKS, PP_HELPER_IDLE, PP_HELPER_COLLECTS };

/* There is one capture, as there is one process. Everything is under its mutex but generation,
 * which is read without. */
typedef struct pp_capture_state {
    pthread_mutex_t mutex;
    pthread_cond_t work; /* for the helper */
    pthread_cond_t done; /* of what the helper was asked for */
    uint32_t generation; /* 0 while neither a session nor a recording runs */
    uint32_t last_generation;
    pp_thread *threads;
    uint32_t last_number;
    pp_store *store;      /* where new chunks come from; live only while it is recorded to */
    uint32_t epoch;       /* counts the stores; read without the mutex */
    uint64_t queued_full; /* chunks filled and not drained yet */
    uint64_t lost_total;  /* of threads that are gone, and without a thread record */
    bool draining;        /* the drain walks the list of threads */
    bool holding;         /* chunks are being copied: none may be given up or cleared */
    pp_chunk_list held;   /* that would have been */

    bool has_session;
    uint64_t session_bytes;     /* its limit */
    uint64_t session_lost_base; /* lost before it began */
    void (*frame_ended)(void *user);
    void (*drain_wanted)(void *user);
    void *session_user;

    pp_recorder *recorder; /* NULL: nothing is recorded */
    uint32_t recording_serial;
    pp_chunk_list to_save; /* for the recorder to append, and then to clear */

    bool has_helper, helper_stops;
    bool wake; /* it was asked for something */
    enum pp_helper_state helper_state;
    pthread_t helper;
} pp_capture_state;

extern pp_capture_state pp_the_capture __attribute__((visibility("hidden")));

/* Sets up thread exit and fork handlers once; PP_ENOMEM. */
int pp_threads_init(void);

/* Sends every thread to the slow path at its next record. Under the lock. */
void pp_threads_retire(void);

/* Chunks come from store from now on; the old store is closed. Under the lock. */
void pp_threads_switch(pp_store *store);

/* Takes a thread's chunks of an older capture away. Under the lock. */
void pp_thread_drop_chunks(pp_thread *thread);

/* Frees a thread that is gone and has no chunks. Under the lock. */
void pp_thread_free(pp_thread *thread);

/* The same for threads whose chunk grew old: ticks keep 46 bits in a word. Under the lock. */
void pp_threads_retire_old(void);

/* Begins a capture whose chunks come from store; ends it. Under the lock. */
void pp_capture_begin(pp_store *store);
void pp_capture_end(void);

/* The recording ends: the capture goes on for the session or, PP_ENOMEM included, ends. Under the
 * lock. */
int pp_capture_leave_recorder(void);

/* A zeroed chunk, if need be one that others gave up; NULL when there is none to be had. Under the
 * lock, which it may let go meanwhile. */
pp_chunk *pp_chunk_obtain(void);

/* A chunk that nobody writes to and nobody has to drain: goes to the recorder, or back to its
 * store. Under the lock. */
void pp_chunk_release(pp_chunk *chunk);

void pp_chunk_push(pp_chunk_list *list, pp_chunk *chunk);
pp_chunk *pp_chunk_pop(pp_chunk_list *list); /* NULL when it is empty */

/* Records lost so far in this capture. Under the lock. */
uint64_t pp_threads_lost(void);

/* Wakes the helper if it has something to do: look sees to chunks, ask always wakes it. Under the
 * lock. */
void pp_helper_look(void);
void pp_helper_ask(void);

/* Starts the helper thread if it does not run. Not under the lock. PP_ENOMEM. */
int pp_helper_start(void);

/* What the helper does for the recorder, without the lock: appends and clears what is to be saved,
 * takes snapshots, ends it. False when there was nothing to do. */
bool pp_recorder_work(pp_recorder *recorder);

/* In the child of a fork: forgets the recorder without touching its files. */
void pp_recorder_forget(void);

/* A thread had to make chunks by itself. Under the lock. */
void pp_recorder_stalled(void);

/* A frame took that long: leaves a snapshot if it was slow. Any thread. */
void pp_recorder_frame(uint64_t frame_ticks);

/* Ready chunks that the helper keeps, and below how many it is woken. */
enum { PP_READY_RECORDING = 32, PP_READY_SESSION = 8 };

#endif
