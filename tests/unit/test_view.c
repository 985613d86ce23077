/* unit/test_view.c: pan and zoom. */
#include <paintprof/view.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static pp_view daily_view(void)
{
    /* Twenty years of epoch seconds. */
    return (pp_view){9.4e8, 1.6e9, 600, 3500, {10, 20, 1200, 600}};
}

static void expect_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%.17g is not within %g of %.17g", actual, tolerance, expected);
}

static void the_corners_of_the_data_are_those_of_the_plot(void **state)
{
    (void)state;
    pp_view view = daily_view();
    expect_near(pp_view_x_px(&view, view.x0), 10, 0);
    expect_near(pp_view_x_px(&view, view.x1), 1210, 1e-9);
    expect_near(pp_view_y_px(&view, view.y0), 620, 0);
    expect_near(pp_view_y_px(&view, view.y1), 20, 1e-9);
    expect_near(pp_view_x_at(&view, pp_view_x_px(&view, 1.2e9)), 1.2e9, 1e-3);
    expect_near(pp_view_y_at(&view, pp_view_y_px(&view, 1234.5)), 1234.5, 1e-9);
}

static void panned_data_follow_the_cursor(void **state)
{
    (void)state;
    pp_view view = daily_view();
    double x = pp_view_x_at(&view, 500), y = pp_view_y_at(&view, 300);
    pp_view_pan(&view, 33, -12);
    expect_near(pp_view_x_px(&view, x), 533, 1e-6);
    expect_near(pp_view_y_px(&view, y), 288, 1e-6);
}

static void the_data_under_the_cursor_stay_while_zooming(void **state)
{
    (void)state;
    pp_view view = daily_view();
    double x = pp_view_x_at(&view, 700), y = pp_view_y_at(&view, 100);
    for (int i = 0; i < 20; i++)
        pp_view_zoom(&view, 700, 100, 1.5, 1.25);
    expect_near(view.x1 - view.x0, 6.6e8 / pow(1.5, 20), 1e-3);
    expect_near(view.y1 - view.y0, 2900 / pow(1.25, 20), 1e-6);
    expect_near(pp_view_x_px(&view, x), 700, 0.01);
    expect_near(pp_view_y_px(&view, y), 100, 0.01);
}

static void zooming_ends_at_the_limits(void **state)
{
    (void)state;
    pp_view view = daily_view();
    for (int i = 0; i < 200; i++)
        pp_view_zoom(&view, 700, 100, 2, 2);
    assert_true(view.x1 > view.x0 && view.y1 > view.y0);
    expect_near(view.x1 - view.x0, 1e-6, 5e-7);
    expect_near(view.y1 - view.y0, 1e-6, 1e-9);
    for (int i = 0; i < 200; i++)
        pp_view_zoom(&view, 700, 100, 0.5, 0.5);
    expect_near(view.x1 - view.x0, 1e15, 1);
    expect_near(view.y1 - view.y0, 1e15, 1);
}

static void the_ends_stay_apart_far_from_zero(void **state)
{
    (void)state;
    pp_view view = {1e14, 2e14, 1e12, 2e12, {0, 0, 100, 100}};
    for (int i = 0; i < 200; i++)
        pp_view_zoom(&view, 50, 50, 2, 2);
    assert_true(view.x1 > view.x0 && view.y1 > view.y0);
}

static void senseless_requests_change_nothing(void **state)
{
    (void)state;
    pp_view view = daily_view(), before = view;
    pp_view_zoom(&view, 700, 100, 0, 1);
    pp_view_zoom(&view, 700, 100, 1, -2);
    pp_view_zoom(&view, 700, 100, NAN, 1);
    pp_view_zoom(&view, NAN, 100, 2, 1);
    pp_view_pan(&view, INFINITY, 0);
    assert_memory_equal(&view, &before, sizeof(view));
    view.plot.w = before.plot.w = 0;
    pp_view_zoom(&view, 700, 100, 2, 2);
    pp_view_pan(&view, 5, 5);
    assert_memory_equal(&view, &before, sizeof(view));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corners_of_the_data_are_those_of_the_plot),
        cmocka_unit_test(panned_data_follow_the_cursor),
        cmocka_unit_test(the_data_under_the_cursor_stay_while_zooming),
        cmocka_unit_test(zooming_ends_at_the_limits),
        cmocka_unit_test(the_ends_stay_apart_far_from_zero),
        cmocka_unit_test(senseless_requests_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
