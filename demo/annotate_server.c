/* demo/annotate_server.c: the chart's end of the annotation socket: one thread, one poll().
 *
 * Clients are slots of a fixed table. A slot reads a length, then its message into a buffer that
 * grows as bytes come, never as a length claims; then it waits for its job's answer, and then
 * writes it. Answers come through a list and an eventfd. */
#include "annotate_server.h"

#include "annotate_socket.h"

#include <errno.h>
#include <paintprof/paintprof.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 64, READ_BYTES = 256 << 10, KEEP_BYTES = 1 << 20 };
/* A peer that is inside a message must go on within that. */
static const uint64_t STALL_NS = UINT64_C(30000000000);

typedef struct client {
    int fd; /* -1: a free slot */
    uint64_t serial;
    bool is_busy;   /* its job is out */
    bool has_asked; /* something, at any time */
    bool is_ending; /* to be closed when its last reply is written */
    unsigned char *in;
    size_t in_size, in_capacity;
    wire_bytes out;
    size_t written;
    uint64_t moved_ns; /* when bytes came or went last */
} client;

struct annotate_server {
    char path[128];
    int listener, wake;
    pthread_t thread;
    annotate_handler handler;
    void *user;
    client clients[CLIENTS_MAX]; /* the thread's alone, like all above */
    uint64_t serial;

    pthread_mutex_t mutex; /* of what follows */
    annotate_job *answered;
    bool stops;
    annotate_counts counts;
};

static void count(annotate_server *server, uint64_t *number)
{
    pthread_mutex_lock(&server->mutex);
    ++*number;
    pthread_mutex_unlock(&server->mutex);
}

void annotate_job_free(annotate_job *job)
{
    wire_request_free(&job->request);
    free(job);
}

/* ---- Clients --------------------------------------------------------------------------------- */

static void close_client(client *c)
{
    close(c->fd);
    free(c->in);
    wire_bytes_free(&c->out);
    *c = (client){.fd = -1};
}

static client *find_client(annotate_server *server, uint64_t serial)
{
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (server->clients[i].fd >= 0 && server->clients[i].serial == serial)
            return &server->clients[i];
    return NULL;
}

/* A free slot; where there is none, that of the peer which has been silent longest since it came.
 * NULL: all have asked something. */
static client *find_slot(annotate_server *server)
{
    client *silent = NULL;
    for (int i = 0; i < CLIENTS_MAX; i++) {
        client *c = &server->clients[i];
        if (c->fd < 0)
            return c;
        if (!c->has_asked && (!silent || c->moved_ns < silent->moved_ns))
            silent = c;
    }
    if (silent)
        close_client(silent);
    return silent;
}

static void accept_clients(annotate_server *server)
{
    for (;;) {
        int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            poll(NULL, 0, 10); /* the process is out of descriptors: it may have some later */
        if (fd < 0)
            return;
        client *slot = annotate_socket_is_own(fd) ? find_slot(server) : NULL;
        if (!slot) {
            count(server, &server->counts.refused);
            close(fd);
            continue;
        }
        *slot = (client){.fd = fd, .serial = ++server->serial, .moved_ns = pp_now_ns()};
        count(server, &server->counts.clients);
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* False: the peer is gone. */
static bool write_out(client *c)
{
    while (c->written < c->out.size) {
        ssize_t sent =
            send(c->fd, c->out.data + c->written, c->out.size - c->written, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        c->written += (size_t)sent;
        c->moved_ns = pp_now_ns();
    }
    c->out.size = c->written = 0;
    return !c->is_ending;
}

static bool queue_reply(client *c, wire_reply *reply)
{
    reply->replied_ns = pp_now_ns();
    return wire_reply_encode(&c->out, reply) && write_out(c);
}

/* Tells the peer what is wrong with it, and is done with it after that. */
static bool refuse(annotate_server *server, client *c, uint64_t id, const char *why)
{
    wire_reply reply = {.id = id, .ok = false, .received_ns = pp_now_ns()};
    snprintf(reply.error, sizeof reply.error, "%s", why);
    count(server, &server->counts.refused);
    c->is_ending = true;
    return queue_reply(c, &reply);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* The trace that the request names; its own where that is none or says nonsense. */
static pp_trace trace_of(const wire_request *request)
{
    pp_trace trace;
    if (pp_trace_parse(&trace, request->traceparent, strlen(request->traceparent)) == PP_OK)
        return trace;
    return pp_trace_new();
}

static bool give_job(annotate_server *server, client *c, annotate_job *job,
                     const unsigned char *message, size_t size)
{
    char error[WIRE_ERROR_BYTES];
    if (!wire_request_decode(&job->request, message, size, error)) {
        bool stays = refuse(server, c, job->request.id, error);
        annotate_job_free(job);
        return stays;
    }
    pp_profiler_markf(job->profiler, "decoded %zu gaps", job->request.count);
    job->asked = trace_of(&job->request);
    pp_trace_note(&job->asked, PP_TRACE_REQUEST_RECEIVED, job->received_ns);
    c->is_busy = c->has_asked = true;
    count(server, &server->counts.requests);
    server->handler(server->user, job);
    return true;
}

/* What a request costs this thread, decoding included, is one block. */
static bool serve_message(annotate_server *server, client *c, const unsigned char *message,
                          size_t size)
{
    static const pp_profiler_opts opts = {
        .ms_threshold = PP_MS_SLOWER_THEN, .has_phase = true, .phase = PP_PHASE_BATCH};
    annotate_job *job = calloc(1, sizeof *job);
    if (!job)
        return refuse(server, c, 0, "message: out of memory");
    job->received_ns = pp_now_ns();
    job->client = c->serial;
    pp_profiler profiler = pp_profiler_begin("Batch annotate", &opts);
    job->profiler = &profiler;
    bool stays = give_job(server, c, job, message, size);
    pp_profiler_end(&profiler);
    return stays;
}

/* Takes the next whole message out of what was read. False: close the client. */
static bool take_message(annotate_server *server, client *c)
{
    if (c->is_busy || c->is_ending || c->in_size < WIRE_LENGTH_BYTES)
        return true;
    size_t size = wire_length(c->in);
    if (size > WIRE_MESSAGE_MAX)
        return refuse(server, c, 0, "message: longer than 64 MiB");
    size_t whole = WIRE_LENGTH_BYTES + size;
    if (c->in_size < whole)
        return true;
    bool stays = serve_message(server, c, c->in + WIRE_LENGTH_BYTES, size);
    c->in_size -= whole;
    memmove(c->in, c->in + whole, c->in_size);
    if (c->in_size == 0 && c->in_capacity > KEEP_BYTES) {
        free(c->in);
        c->in = NULL;
        c->in_capacity = 0;
    }
    return stays;
}

static bool make_room(client *c)
{
    if (c->in_capacity - c->in_size >= READ_BYTES)
        return true;
    size_t capacity = c->in_capacity * 2 + READ_BYTES;
    unsigned char *in = realloc(c->in, capacity);
    if (!in)
        return false;
    c->in = in;
    c->in_capacity = capacity;
    return true;
}

/* Reads what is there, up to one message and what came behind it. */
static bool read_in(annotate_server *server, client *c)
{
    if (!make_room(c))
        return refuse(server, c, 0, "message: out of memory");
    ssize_t got = recv(c->fd, c->in + c->in_size, c->in_capacity - c->in_size, 0);
    if (got == 0)
        return false;
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    c->in_size += (size_t)got;
    c->moved_ns = pp_now_ns();
    return take_message(server, c);
}

/* ---- The thread ------------------------------------------------------------------------------ */

static bool deliver_answers(annotate_server *server)
{
    uint64_t ignored;
    if (read(server->wake, &ignored, sizeof ignored) < 0)
        ignored = 0; /* another reason woke the thread */
    pthread_mutex_lock(&server->mutex);
    annotate_job *job = server->answered;
    server->answered = NULL;
    bool stops = server->stops;
    pthread_mutex_unlock(&server->mutex);
    while (job) {
        annotate_job *next = job->next;
        client *c = find_client(server, job->client);
        if (c) {
            c->is_busy = false;
            bool stays = queue_reply(c, &job->reply);
            pp_trace_note(&job->asked, PP_TRACE_REPLY_SENT, job->reply.replied_ns);
            if (!stays || !take_message(server, c))
                close_client(c);
        }
        annotate_job_free(job);
        job = next;
    }
    return !stops;
}

static bool has_stalled(const client *c, uint64_t now)
{
    bool is_inside = (c->in_size > 0 && !c->is_busy) || c->out.size > 0;
    return is_inside && now > c->moved_ns + STALL_NS;
}

static void serve(annotate_server *server, client *c, short events)
{
    bool stays = true;
    if (events & POLLOUT)
        stays = write_out(c);
    if (stays && (events & (POLLIN | POLLHUP | POLLERR)) && !c->is_busy && !c->is_ending)
        stays = read_in(server, c);
    else if (events & (POLLHUP | POLLERR))
        stays = false; /* nobody is left to read the answer */
    if (!stays)
        close_client(c);
}

static size_t fill_polls(annotate_server *server, struct pollfd *polls, client **of)
{
    uint64_t now = pp_now_ns();
    size_t used = 0;
    polls[used++] = (struct pollfd){.fd = server->wake, .events = POLLIN};
    polls[used++] = (struct pollfd){.fd = server->listener, .events = POLLIN};
    for (int i = 0; i < CLIENTS_MAX; i++) {
        client *c = &server->clients[i];
        if (c->fd >= 0 && has_stalled(c, now))
            close_client(c);
        if (c->fd < 0)
            continue;
        bool reads = !c->is_busy && !c->is_ending && c->out.size == 0;
        polls[used] = (struct pollfd){
            .fd = c->fd, .events = (short)((reads ? POLLIN : 0) | (c->out.size ? POLLOUT : 0))};
        of[used++] = c;
    }
    return used;
}

static void *run(void *user)
{
    annotate_server *server = user;
    struct pollfd polls[CLIENTS_MAX + 2];
    client *of[CLIENTS_MAX + 2];
    for (;;) {
        size_t used = fill_polls(server, polls, of);
        /* An idle server sleeps for good; one with clients looks for those that stalled. */
        if (poll(polls, used, used > 2 ? 5000 : -1) < 0)
            continue;
        for (size_t i = 2; i < used; i++)
            if (polls[i].revents)
                serve(server, of[i], polls[i].revents);
        if (polls[0].revents && !deliver_answers(server))
            return NULL;
        if (polls[1].revents)
            accept_clients(server);
    }
}

/* ---- Starting and stopping ------------------------------------------------------------------- */

static void wake(annotate_server *server)
{
    const uint64_t one = 1;
    ssize_t written;
    do
        written = write(server->wake, &one, sizeof one);
    while (written < 0 && errno == EINTR);
}

int annotate_server_start(annotate_server **out, const char *path, annotate_handler handler,
                          void *user, char *error)
{
    annotate_server *server = calloc(1, sizeof *server);
    if (!server) {
        snprintf(error, WIRE_ERROR_BYTES, "out of memory for the annotation service");
        return -1;
    }
    for (int i = 0; i < CLIENTS_MAX; i++)
        server->clients[i].fd = -1;
    bool has_path =
        path ? snprintf(server->path, sizeof server->path, "%s", path) < (int)sizeof server->path
             : annotate_socket_path(server->path, sizeof server->path, true);
    if (!has_path)
        snprintf(error, WIRE_ERROR_BYTES, "%.150s: no place for a private socket",
                 path ? path : server->path);
    server->handler = handler;
    server->user = user;
    server->listener = has_path ? annotate_socket_listen(server->path, error) : -1;
    server->wake = server->listener >= 0 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
    pthread_mutex_init(&server->mutex, NULL);
    *out = server; /* the first job may come before this function returns */
    if (server->wake >= 0 && pthread_create(&server->thread, NULL, run, server) == 0)
        return 0;
    *out = NULL;
    if (server->listener >= 0) {
        snprintf(error, WIRE_ERROR_BYTES, "%s: no thread for the annotation service", server->path);
        close(server->listener);
        unlink(server->path);
    }
    if (server->wake >= 0)
        close(server->wake);
    free(server);
    return -1;
}

void annotate_server_answer(annotate_server *server, annotate_job *job)
{
    job->reply.id = job->request.id;
    job->reply.received_ns = job->received_ns;
    pthread_mutex_lock(&server->mutex);
    job->next = server->answered;
    server->answered = job;
    pthread_mutex_unlock(&server->mutex);
    wake(server);
}

void annotate_server_stop(annotate_server *server)
{
    if (!server)
        return;
    pthread_mutex_lock(&server->mutex);
    server->stops = true;
    pthread_mutex_unlock(&server->mutex);
    wake(server);
    pthread_join(server->thread, NULL);
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (server->clients[i].fd >= 0)
            close_client(&server->clients[i]);
    while (server->answered) {
        annotate_job *job = server->answered;
        server->answered = job->next;
        annotate_job_free(job);
    }
    close(server->listener);
    close(server->wake);
    unlink(server->path);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

const char *annotate_server_path(const annotate_server *server)
{
    return server->path;
}

annotate_counts annotate_server_counts(const annotate_server *server)
{
    annotate_server *mutable_server = (annotate_server *)server;
    pthread_mutex_lock(&mutable_server->mutex);
    annotate_counts counts = server->counts;
    pthread_mutex_unlock(&mutable_server->mutex);
    return counts;
}
