/* paintprof/error.h: error codes and the message of the last failure on this thread.
 *
 * Cold functions return 0 or one of the negative codes below; hot functions are void and count
 * what they could not do. A message is complete: it names the file, the place and the reason. */
#ifndef PAINTPROF_ERROR_H
#define PAINTPROF_ERROR_H

#include <paintprof/export.h>

PP_BEGIN_DECLS

/* X(name, value, text): the one list of codes. */
#define PP_ERROR_LIST(X)                                                                           \
    X(PP_OK, 0, "success")                                                                         \
    X(PP_EINVAL, -1, "invalid argument")                                                           \
    X(PP_ENOMEM, -2, "out of memory")                                                              \
    X(PP_EBUSY, -3, "already in use")                                                              \
    X(PP_EIO, -4, "input or output failed")                                                        \
    X(PP_EDATA, -5, "malformed data")                                                              \
    X(PP_ENOTSUP, -6, "not supported here")                                                        \
    X(PP_ELIMIT, -7, "a documented limit was reached")                                             \
    X(PP_EINTERNAL, -8, "unexpected internal failure")

#define PP_ERROR_ENUM(name, value, text) name = (value),
enum pp_error { PP_ERROR_LIST(PP_ERROR_ENUM) };
#undef PP_ERROR_ENUM

/* The message of the last failure on the calling thread, "" when nothing failed since the last
 * pp_clear_error().
 * Lifetime: until the next failing call on this thread. Thread: any. Since: 0.1 */
PP_API const char *pp_last_error(void);

/* Forgets the calling thread's message. Thread: any. Since: 0.1 */
PP_API void pp_clear_error(void);

/* The fixed text of a code, for example "out of memory"; "unknown error" for any other value.
 * Lifetime: static. Thread: any. Since: 0.1 */
PP_API const char *pp_error_name(int code);

PP_END_DECLS

#endif
