/* fuzz/fuzz_series.c: a libFuzzer target: any bytes as a CSV file give a series or a message.
 *
 * Built by clang with -fsanitize=fuzzer,address,undefined together with the scene's sources. */
#include <paintprof/error.h>
#include <paintprof/series.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int status, const pp_series *series)
{
    if ((status == PP_OK) != (series != NULL))
        abort();
    if (status != PP_OK && status != PP_EDATA)
        abort();
    if (status != PP_OK && pp_last_error()[0] == '\0')
        abort();
    if (status == PP_OK && pp_series_columns(series).size == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    int file = memfd_create("fuzz_series", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size)
        abort();
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    pp_series *series = NULL;
    check(pp_series_load_csv(&series, path), series);
    pp_series_destroy(series);
    close(file);
    return 0;
}
