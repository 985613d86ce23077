/* demo/annotate_client.c: a client's end of the annotation socket. */
#include "annotate_client.h"

#include "annotate_server.h"
#include "annotate_socket.h"

#include <errno.h>
#include <limits.h>
#include <paintprof/paintprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(char *error, const char *what, const char *why)
{
    snprintf(error, WIRE_ERROR_BYTES, "%.60s: %.190s", what, why);
    return -1;
}

int annotate_client_open(annotate_client *client, const char *path, char *error)
{
    char found[PATH_MAX];
    *client = (annotate_client){.fd = -1, .next_id = 1};
    if (!path && !annotate_socket_path(found, sizeof found, false))
        return fail(error, "no chart listens at the default path",
                    "start paintprof-chart --listen, or name its --socket");
    client->fd = annotate_socket_connect(path ? path : found, error);
    return client->fd >= 0 ? 0 : -1;
}

void annotate_client_close(annotate_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    wire_bytes_free(&client->out);
    free(client->in);
    *client = (annotate_client){.fd = -1};
}

static int send_all(int fd, const char *bytes, size_t size, char *error)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR)
            return fail(error, "sending to the chart", strerrordesc_np(errno));
        size_t moved = sent > 0 ? (size_t)sent : 0;
        bytes += moved;
        size -= moved;
    }
    return 0;
}

static int receive_exactly(int fd, void *bytes, size_t size, char *error)
{
    for (size_t got = 0; got < size;) {
        ssize_t now = recv(fd, (char *)bytes + got, size - got, 0);
        if (now == 0)
            return fail(error, "waiting for the chart's reply", "it closed the connection");
        if (now < 0 && errno != EINTR)
            return fail(error, "waiting for the chart's reply", strerrordesc_np(errno));
        got += now > 0 ? (size_t)now : 0;
    }
    return 0;
}

int annotate_client_send(annotate_client *client, wire_request *request, char *error)
{
    request->id = client->next_id++;
    client->out.size = 0;
    if (!wire_request_encode(&client->out, request))
        return fail(error, "request", "out of memory, or more than a message may hold");
    return send_all(client->fd, client->out.data, client->out.size, error);
}

static bool make_room(annotate_client *client, size_t size)
{
    if (size <= client->in_capacity)
        return true;
    char *in = realloc(client->in, size);
    if (!in)
        return false;
    client->in = in;
    client->in_capacity = size;
    return true;
}

int annotate_client_receive(annotate_client *client, const wire_request *request, wire_reply *reply,
                            char *error)
{
    unsigned char length[WIRE_LENGTH_BYTES];
    if (receive_exactly(client->fd, length, sizeof length, error) != 0)
        return -1;
    size_t size = wire_length(length);
    if (size > WIRE_MESSAGE_MAX || !make_room(client, size))
        return fail(error, "the chart's reply", "longer than can be taken");
    if (receive_exactly(client->fd, client->in, size, error) != 0)
        return -1;
    char what[WIRE_ERROR_BYTES];
    if (!wire_reply_decode(reply, client->in, size, what))
        return fail(error, "the chart's reply", what);
    if (!reply->ok)
        return fail(error, "the chart refuses", reply->error);
    return reply->id == request->id ? 0 : fail(error, "the chart's reply", "to another request");
}

bool annotate_client_columns(wire_request *request, const pp_gaps *gaps)
{
    double *times = malloc((2 * gaps->size + 1) * sizeof *times);
    if (!times)
        return false;
    request->time0_s = times;
    request->time1_s = times + gaps->size;
    request->count = gaps->size;
    for (size_t i = 0; i < gaps->size; i++) {
        request->time0_s[i] = gaps->items[i].time0_s;
        request->time1_s[i] = gaps->items[i].time1_s;
    }
    return true;
}

int annotate_client_call(annotate_client *client, wire_request *request, const pp_trace *trace,
                         wire_reply *reply, char *error)
{
    PP_ZONE(zone, "Annotate.call()", PP_PHASE_OTHER);
    pp_trace asked = pp_zone_trace(&zone, trace, PP_TRACE_CLIENT);
    /* Where nothing is recorded there is no span to name: the chart begins its own trace. */
    if (pp_trace_format(&asked, request->traceparent) != PP_OK)
        request->traceparent[0] = '\0';
    pp_trace_note(&asked, PP_TRACE_REQUEST_SENT, 0);
    int status = annotate_client_send(client, request, error);
    if (status == 0)
        status = annotate_client_receive(client, request, reply, error);
    pp_trace_note(&asked, PP_TRACE_REPLY_RECEIVED, 0);
    PP_END(zone);
    return status;
}
