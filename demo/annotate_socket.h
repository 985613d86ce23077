/* demo/annotate_socket.h: both ends of the annotation socket before anything is said. */
#ifndef ANNOTATE_SOCKET_H
#define ANNOTATE_SOCKET_H

#include <stdbool.h>

/* A descriptor, or -1 with the reason in error (WIRE_ERROR_BYTES). The listener does not block; a
 * socket file that nobody listens at is replaced, any other file is not. */
int annotate_socket_connect(const char *path, char *error);
int annotate_socket_listen(const char *path, char *error);

/* Whether the peer runs as the same user. */
bool annotate_socket_is_own(int fd);

#endif
