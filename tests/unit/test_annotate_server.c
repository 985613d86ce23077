/* unit/test_annotate_server.c: the annotation socket under good, bad and absent clients. */
#include "annotate_server.h"
#include "annotate_socket.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { HOSTILE_SESSIONS = 10000 };

static annotate_server *server;
static char folder[64], path[96], error[WIRE_ERROR_BYTES];

/* Answers at once, on the server's own thread. */
static void accept_all(void *user, annotate_job *job)
{
    (void)user;
    job->reply.ok = true;
    job->reply.accepted = job->request.count;
    annotate_server_answer(server, job);
}

static int start(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/paintprof-annotate-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/socket", folder);
    assert_int_equal(annotate_server_start(&server, path, accept_all, NULL, error), 0);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    annotate_server_stop(server);
    server = NULL;
    assert_int_equal(access(path, F_OK), -1);
    return rmdir(folder);
}

static int connect_client(void)
{
    int fd = annotate_socket_connect(path, error);
    assert_true(fd >= 0);
    return fd;
}

static void send_all(int fd, const void *bytes, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t now = send(fd, (const char *)bytes + sent, size - sent, MSG_NOSIGNAL);
        assert_true(now > 0);
        sent += (size_t)now;
    }
}

static bool receive_exactly(int fd, void *bytes, size_t size)
{
    for (size_t got = 0; got < size;) {
        ssize_t now = recv(fd, (char *)bytes + got, size - got, 0);
        if (now <= 0)
            return false;
        got += (size_t)now;
    }
    return true;
}

static wire_reply receive_reply(int fd)
{
    unsigned char length[WIRE_LENGTH_BYTES];
    wire_reply reply;
    assert_true(receive_exactly(fd, length, sizeof length));
    size_t size = wire_length(length);
    char *message = malloc(size);
    assert_true(receive_exactly(fd, message, size));
    assert_true(wire_reply_decode(&reply, message, size, error));
    free(message);
    return reply;
}

static wire_bytes batch_of(size_t count, uint64_t id)
{
    double *values = calloc(count ? count : 1, sizeof *values);
    const wire_request request = {
        .id = id, .op = WIRE_ADD, .count = count, .time0_s = values, .time1_s = values};
    wire_bytes bytes = {0};
    assert_true(wire_request_encode(&bytes, &request));
    free(values);
    return bytes;
}

static void send_batch(int fd, size_t count, uint64_t id)
{
    wire_bytes bytes = batch_of(count, id);
    send_all(fd, bytes.data, bytes.size);
    wire_bytes_free(&bytes);
}

static void assert_served(int fd, size_t count, uint64_t id)
{
    send_batch(fd, count, id);
    wire_reply reply = receive_reply(fd);
    assert_true(reply.ok);
    assert_int_equal(reply.id, id);
    assert_int_equal(reply.accepted, count);
}

static void one_batch_has_one_reply(void **state)
{
    (void)state;
    int fd = connect_client();
    assert_served(fd, 1285, 1);
    assert_served(fd, 0, 2);
    assert_served(fd, 100000, 3);
    close(fd);
}

static void several_requests_may_be_sent_at_once(void **state)
{
    (void)state;
    int fd = connect_client();
    for (uint64_t id = 1; id <= 20; id++)
        send_batch(fd, 10, id);
    for (uint64_t id = 1; id <= 20; id++)
        assert_int_equal(receive_reply(fd).id, id);
    close(fd);
}

static void the_socket_is_private(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void a_second_service_at_one_path_is_refused(void **state)
{
    (void)state;
    annotate_server *second = NULL;
    assert_int_equal(annotate_server_start(&second, path, accept_all, NULL, error), -1);
    assert_non_null(strstr(error, "another chart listens there"));
    int fd = connect_client();
    assert_served(fd, 3, 1);
    close(fd);
}

static void a_socket_left_over_is_replaced_and_a_file_is_not(void **state)
{
    (void)state;
    annotate_server *other = NULL;
    char left[128];
    snprintf(left, sizeof left, "%s/left", folder);
    int fd = annotate_socket_listen(left, error);
    assert_true(fd >= 0);
    close(fd); /* as a killed chart would */
    assert_int_equal(annotate_server_start(&other, left, accept_all, NULL, error), 0);
    annotate_server_stop(other);
    FILE *file = fopen(left, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(annotate_server_start(&other, left, accept_all, NULL, error), -1);
    assert_int_equal(access(left, F_OK), 0);
    unlink(left);
}

static void a_giant_length_is_refused_with_a_reason(void **state)
{
    (void)state;
    int fd = connect_client();
    char byte;
    send_all(fd, "\xff\xff\xff\xff", 4);
    wire_reply reply = receive_reply(fd);
    assert_false(reply.ok);
    assert_non_null(strstr(reply.error, "longer than 64 MiB"));
    assert_false(receive_exactly(fd, &byte, 1));
    close(fd);
}

static void a_malformed_message_is_refused_with_its_id(void **state)
{
    (void)state;
    static const char message[] = "\0\0\0\x0f\x83\xa1v\x01\xa2id\x09\xa2op\xa3"
                                  "eat";
    int fd = connect_client();
    send_all(fd, message, sizeof message - 1);
    wire_reply reply = receive_reply(fd);
    assert_false(reply.ok);
    assert_int_equal(reply.id, 9);
    assert_non_null(strstr(reply.error, "op: not one of"));
    close(fd);
}

static void silent_clients_take_no_place_from_others_for_good(void **state)
{
    (void)state;
    int silent[40];
    for (int i = 0; i < 40; i++) {
        silent[i] = connect_client();
        send_all(silent[i], "\0\0\0", (size_t)(i % 4 == 3 ? 3 : i % 4));
    }
    int fd = connect_client();
    assert_served(fd, 5, 1);
    close(fd);
    for (int i = 0; i < 40; i++)
        close(silent[i]);
}

static void a_client_that_sends_byte_by_byte_delays_nobody_and_is_served(void **state)
{
    (void)state;
    wire_bytes bytes = batch_of(20, 77);
    int slow = connect_client(), fd = connect_client();
    for (size_t i = 0; i < bytes.size; i++) {
        send_all(slow, bytes.data + i, 1);
        assert_served(fd, 30, i + 1);
    }
    wire_reply reply = receive_reply(slow);
    assert_true(reply.ok);
    assert_int_equal(reply.id, 77);
    wire_bytes_free(&bytes);
    close(slow);
    close(fd);
}

/* It sends until nothing is taken any more: its replies fill the socket, and it is not read from.
 */
static void a_client_that_reads_no_replies_delays_nobody(void **state)
{
    (void)state;
    int deaf = connect_client(), fd = connect_client();
    wire_bytes bytes = batch_of(0, 1);
    size_t sent = 0;
    for (int idle = 0; idle < 20;) {
        size_t at = sent % bytes.size; /* a full socket takes a part of a message */
        ssize_t now = send(deaf, bytes.data + at, bytes.size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(now > 0 || errno == EAGAIN);
        idle = now < 0 ? idle + 1 : 0;
        sent += now > 0 ? (size_t)now : 0;
        assert_true(sent < (size_t)64 << 20);
        if (now < 0)
            assert_served(fd, 100, 1);
    }
    assert_served(fd, 1285, 2);
    wire_bytes_free(&bytes);
    close(deaf);
    close(fd);
}

/* Runs as another user; the exit status: 0 if it was turned away without a word. */
static int ask_as_another_user(void)
{
    enum { NOBODY = 65534 };
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, sizeof path);
    char byte;
    if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
        return 2;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return 3;
    (void)!send(fd, "\0\0\0\1\x80", 5, MSG_NOSIGNAL);
    return recv(fd, &byte, 1, 0) > 0 ? 4 : 0;
}

static void a_peer_of_another_user_is_turned_away(void **state)
{
    (void)state;
    int status;
    if (getuid() != 0)
        skip();                               /* only root becomes another user */
    assert_int_equal(chmod(folder, 0755), 0); /* the modes alone would keep it out */
    assert_int_equal(chmod(path, 0666), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(ask_as_another_user());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    annotate_counts counts = annotate_server_counts(server);
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.clients, 0);
}

/* ---- Hostile sessions beside a good client --------------------------------------------------- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* Truncated, mutated, or random bytes behind any length, then gone without reading. */
static void hostile_session(uint64_t *random)
{
    wire_bytes bytes = batch_of(next_random(random) % 50, 1);
    unsigned kind = next_random(random) % 4;
    size_t size = kind == 0 ? next_random(random) % (bytes.size + 1) : bytes.size;
    for (unsigned i = 0; kind >= 1 && i < kind * 4; i++)
        bytes.data[next_random(random) % bytes.size] = (char)next_random(random);
    int fd = connect_client();
    if (size > 0)
        (void)!send(fd, bytes.data, size, MSG_NOSIGNAL);
    close(fd);
    wire_bytes_free(&bytes);
}

static void *be_hostile(void *unused)
{
    (void)unused;
    uint64_t random = 88172645463325252;
    for (int i = 0; i < HOSTILE_SESSIONS; i++)
        hostile_session(&random);
    return NULL;
}

static void hostile_sessions_do_not_disturb_a_good_client(void **state)
{
    (void)state;
    pthread_t hostile;
    int fd = connect_client();
    assert_int_equal(pthread_create(&hostile, NULL, be_hostile, NULL), 0);
    for (uint64_t id = 1; id <= 500; id++)
        assert_served(fd, id * 7 % 1285, id);
    pthread_join(hostile, NULL);
    assert_served(fd, 1285, 501);
    close(fd);
}

/* A good message, cut off after each of its bytes. */
static void a_client_may_vanish_at_every_byte(void **state)
{
    (void)state;
    wire_bytes bytes = batch_of(4, 1);
    for (size_t size = 0; size <= bytes.size; size++) {
        int fd = connect_client();
        if (size > 0)
            send_all(fd, bytes.data, size);
        close(fd);
    }
    wire_bytes_free(&bytes);
    int fd = connect_client();
    assert_served(fd, 1285, 1);
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_batch_has_one_reply),
        TEST(several_requests_may_be_sent_at_once),
        TEST(the_socket_is_private),
        TEST(a_second_service_at_one_path_is_refused),
        TEST(a_socket_left_over_is_replaced_and_a_file_is_not),
        TEST(a_giant_length_is_refused_with_a_reason),
        TEST(a_malformed_message_is_refused_with_its_id),
        TEST(silent_clients_take_no_place_from_others_for_good),
        TEST(a_client_that_sends_byte_by_byte_delays_nobody_and_is_served),
        TEST(a_client_that_reads_no_replies_delays_nobody),
        TEST(a_peer_of_another_user_is_turned_away),
        TEST(hostile_sessions_do_not_disturb_a_good_client),
        TEST(a_client_may_vanish_at_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
