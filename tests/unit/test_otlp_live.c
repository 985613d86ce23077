/* unit/test_otlp_live.c: starting and stopping the export of a running program; what it sends is in
 * tests/cli/test_otlp.py. */
#include "support.h"

#include <paintprof/otlp.h>

static void a_start_without_a_session_or_a_url_is_refused(void **state)
{
    (void)state;
    pp_otlp *otlp = NULL;
    pp_otlp_opts opts = {.struct_size = sizeof opts};
    assert_int_equal(pp_otlp_start(&otlp, &opts), PP_EINVAL);
    opts.endpoint = "file:///etc/passwd";
    assert_int_equal(pp_otlp_start(&otlp, &opts), PP_EINVAL);
    opts.endpoint = "http://127.0.0.1:9";
    int status = pp_otlp_start(&otlp, &opts);
    assert_true(status == PP_EINVAL || status == PP_ENOTSUP);
    assert_null(otlp);
    assert_int_equal(pp_otlp_stop(NULL), PP_OK);
}

static void one_export_runs_at_a_time_and_outlives_its_session(void **state)
{
    (void)state;
    pp_session *session;
    pp_otlp *otlp = NULL, *second = NULL;
    const pp_otlp_opts opts = {.struct_size = sizeof opts, .endpoint = "http://127.0.0.1:9"};
    assert_int_equal(pp_session_start(&session, NULL), PP_OK);
    int status = pp_otlp_start(&otlp, &opts);
    if (status == PP_OK) {
        assert_int_equal(pp_otlp_start(&second, &opts), PP_EBUSY);
        pp_session_stop(session);
        assert_int_equal(pp_otlp_stop(otlp), PP_OK); /* there were no frames to tell of */
    } else {
        assert_int_equal(status, PP_ENOTSUP);
        pp_session_stop(session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_without_a_session_or_a_url_is_refused),
        cmocka_unit_test(one_export_runs_at_a_time_and_outlives_its_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
