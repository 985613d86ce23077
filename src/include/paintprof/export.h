/* paintprof/export.h: symbol visibility, language bridges and compiler requirements. */
#ifndef PAINTPROF_EXPORT_H
#define PAINTPROF_EXPORT_H

#if !defined(__GNUC__)
#error "paintprof needs GCC or Clang: it uses __thread, __atomic and the cleanup attribute"
#endif

#define PP_API __attribute__((visibility("default")))
#define PP_PRINTF(format_index, first_index)                                                       \
    __attribute__((format(printf, format_index, first_index)))
#define PP_LIKELY(x) __builtin_expect(!!(x), 1)
#define PP_UNLIKELY(x) __builtin_expect(!!(x), 0)

#ifdef __cplusplus
#define PP_BEGIN_DECLS extern "C" {
#define PP_END_DECLS }
#else
#define PP_BEGIN_DECLS
#define PP_END_DECLS
#endif

#endif
