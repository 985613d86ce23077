"""tests/cli/test_apps_overlay.py: the overlay in programs that know nothing of it."""

import unittest

from apps import AppTest, EXAMPLES, PYTHON, plot
from harness import SOURCE

CHORD = "ctrl+alt+shift+p"


class Overlay(AppTest):

    def check_overlay(self, app, window):
        """Switches through the pages, which must stay in a window that ends at window."""
        app.settle()
        plain = app.look("plain")[0]
        pages = {}
        app.ctl("overlay", "full")
        pages["full"] = self.changed(app, "full", plain)
        for page in ("items", "off", "mini"):
            app.key(CHORD, rests=False)
            pages[page] = self.changed(app, page, pages[{"items": "full", "off": "items",
                                                         "mini": "off"}[page]])
        app.ctl("overlay", "off")
        self.assertEqual(self.changed(app, "off again", pages["mini"]).changes_from(plain), None)
        self.assertEqual(pages["off"].changes_from(plain), None)
        for page in ("full", "items", "mini"):
            x, y, width, height = pages[page].changes_from(plain)
            with self.subTest(page):
                self.assertGreater(width, min(window[0] // 2, 250))
                self.assertGreater(height, 10 if page == "mini" else 120)
                self.assertGreaterEqual((x, y), (0, 0))
                self.assertLessEqual(x + width, window[0])
                self.assertLessEqual(y + height, window[1])

    def changed(self, app, name, before):
        """What is shown once it is something else than before and nothing moves."""
        app.until(lambda: app.display.picture().changes_from(before), f"{name} is shown")
        app.settle()
        return app.look(name)[0]

    def probed(self, command, env=None):
        return self.start(command, options=["--record", str(self.folder / "app.pprec")], env=env)

    def finish(self, app):
        app.click(60, 8)  # its title: jwm's keys may be for the overlay
        self.assertEqual(app.close(), 0)
        self.keep(app, "probed")
        self.assert_nothing_is_left(app)

    def test_in_a_window_of_widgets(self):
        app = self.probed(["/usr/lib/qt6/bin/linguist"])
        app.window("Linguist")
        self.check_overlay(app, (1010, 830))
        self.finish(app)

    def test_above_a_graphics_view(self):
        app = self.probed(plot("ScatterPlot"))
        app.window("ScatterPlot")
        self.check_overlay(app, (810, 830))
        self.finish(app)

    def test_above_opengl(self):
        app = self.probed([PYTHON, f"{EXAMPLES}/designer/plugins/widgets/helloglwidget.py"],
                          env={"MESA_GL_VERSION_OVERRIDE": "2.1"})
        app.window("Hello GL")
        self.check_overlay(app, (210, 230))
        self.finish(app)

    def test_above_a_quick_window(self):
        app = self.probed(["/usr/lib/qt6/bin/qml", SOURCE / "tests/cli/data/moving.qml"])
        app.window("moving")
        app.key("space", rests=False)
        self.check_overlay(app, (650, 430))
        self.finish(app)


if __name__ == "__main__":
    unittest.main()
