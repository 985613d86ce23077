/* tests/shim/keep_loaded.c: linked into sanitized tests, so that a leak report can name the driver
 * that leaked: Qt's platform plugin unloads Mesa's before LeakSanitizer looks, and no suppression
 * matches code that is gone. */

__attribute__((visibility("default"))) int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
