/* demo/sample.c: where the bundled market data are. */
#include "sample.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SAMPLE_DATA "sp500-daily.csv"

bool sample_find(char *path, size_t capacity)
{
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0)
        return false;
    self[size] = '\0';
    char *slash = strrchr(self, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    int length = snprintf(path, capacity, "%s/" PP_CHART_DATA_DIR "/" SAMPLE_DATA, self);
    return length > 0 && (size_t)length < capacity;
}
