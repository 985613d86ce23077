"""tests/cli/test_apps_quick.py: Quick programs, by Qt's own viewer and from Python."""

import unittest

import test_screens
from apps import AppTest, CLI, EXAMPLES, PYTHON, need
from harness import SOURCE

QML = ["/usr/lib/qt6/bin/qml", SOURCE / "tests/cli/data/moving.qml"]


class Quick(AppTest):

    def test_a_scene_moves_and_is_clicked(self):
        def use(app):
            app.window("moving")
            app.play(2)
            app.key("space", rests=False)
            app.see("stopped")
            app.click(200, 200)
            app.see("clicked")
            app.key("space", rests=False)
            app.play(1)
            app.close()
        report = self.compare(QML, use, has_callers=False)
        [window] = [p for p in self.painters(report, "QQuickWindowQmlImpl", "quick")]
        self.assertGreater(window["count"], 20)
        for part in ("sync", "render", "swap"):
            self.painters(report, f"QQuickWindowQmlImpl {part}", "quick")
        self.assertEqual(self.wasteful(report), set())

    def test_pages_of_animations_are_opened_and_left(self):
        def use(app):
            app.window("animation.py")
            app.see("list", tolerance=12)  # Quick's text is not the same to the bit each time
            app.click(100, 130, rests=False)
            app.play(1)
            app.click(20, 490, rests=False)
            app.play(1)
            app.scroll(100, 300, 3, rests=False)
            app.play(1)
            app.close()
        report = self.compare([PYTHON, f"{EXAMPLES}/quick/animation/animation.py"], use,
                              has_callers=False)
        self.painters(report, "QQuickView", "quick")


class QuickScreens(test_screens.ScreensTest):

    def test_the_budget_of_a_quick_window_follows_its_screen(self):
        need(self, QML[0])
        self.start(CLI, "run", "--csv", str(self.csv), "--", *map(str, QML))
        self.check_that_the_budget_follows(self.find_window("moving"))


if __name__ == "__main__":
    unittest.main()
