/* suppressions/keep_modules.c: linked into the chart under ASan only.
 *
 * Memory is a leak to LeakSanitizer when nothing that is still mapped points to it, and a driver
 * (Mesa's) is unmapped before it looks. So nothing is unmapped. */
int dlclose(void *handle);

__attribute__((visibility("default"))) int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
