/* suppressions/keep_loaded.c: linked into what runs under ASan, so that nothing is unloaded.
 *
 * Memory is a leak to LeakSanitizer when nothing that is still mapped points to it, and Qt's
 * platform plugin unloads Mesa's driver before it looks; nor could a report name what is gone. */
int dlclose(void *handle);

__attribute__((visibility("default"))) int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
