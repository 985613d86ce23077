/* base/version.c: the version of the library that is loaded. */
#include <paintprof/version.h>

const char *pp_version(void)
{
    return PP_VERSION;
}
