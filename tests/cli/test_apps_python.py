"""tests/cli/test_apps_python.py: examples of PyQt6 and of pyqtgraph."""

import unittest

from apps import AppTest, EXAMPLES, PYTHON, plot


class Plots(AppTest):

    def test_a_scatter_plot_is_moved_and_zoomed(self):
        def use(app):
            app.window("ScatterPlot")
            app.see("plots")
            app.scroll(200, 200, -5)
            app.see("zoomed")
            app.drag((200, 200), (260, 240))
            app.see("moved")
            app.click(600, 200, button=3)
            app.see("menu")
            app.key("Escape")
            app.click(600, 500)
            app.close()
        report = self.compare(plot("ScatterPlot"), use)
        self.painters(report, "ScatterPlotItem", "item")
        self.assert_asked_by(report, "ScatterPlotItem", "ScatterPlotItem.")

    def test_a_graphics_scene_is_clicked(self):
        def use(app):
            app.window("GraphicsScene")
            app.see("scene")
            app.click(320, 240)
            app.drag((320, 240), (400, 300))
            app.scroll(320, 240, 3)
            app.see("moved")
            app.close()
        report = self.compare(plot("GraphicsScene"), use)
        self.painters(report, "Obj", "item")
        self.painters(report, "GridItem", "item")

    def test_a_plot_that_never_rests_is_attributed_to_its_timer(self):
        def use(app):
            app.window("Plot Speed Test")
            app.play(3)
            app.scroll(600, 300, 4, rests=False)
            app.play(1)
            app.close()
        report = self.compare(plot("PlotSpeedTest"), use)
        self.painters(report, "MonkeyCurveItem", "item")
        self.assert_asked_by(report, "MonkeyCurveItem", "PlotCurveItem.updateData", "Timer")
        self.assertEqual(self.wasteful(report), set())

    def assert_asked_by(self, report, painter, caller, event=None):
        causes = [c for c in report["causes"] if c["painter"].startswith(painter)
                  and c["caller"].startswith(caller) and c["event"] == (event or c["event"])]
        self.assertTrue(causes, [c for c in report["causes"] if c["painter"].startswith(painter)])


class Examples(AppTest):

    def test_opengl_is_a_painter_of_its_own(self):
        def use(app):
            app.window("Hello GL")
            app.see("logo")
            app.drag((100, 100), (150, 140))
            app.see("turned")
            app.close()
        report = self.compare([PYTHON, f"{EXAMPLES}/designer/plugins/widgets/helloglwidget.py"],
                              use, env={"MESA_GL_VERSION_OVERRIDE": "2.1"})
        self.painters(report, "HelloGLWidget", "gl")

    def test_a_wizard_is_filled_in(self):
        def use(app):
            app.window("Class Wizard")
            app.see("introduction")
            app.key("alt+n")
            app.type("Curve")
            app.see("class")
            app.key("alt+n")
            app.see("style")
            app.key("Escape")
        report = self.compare([PYTHON, f"{EXAMPLES}/dialogs/classwizard/classwizard.py"], use)
        self.painters(report, "ClassWizard", "widget")
        self.painters(report, "QLineEdit", "widget")

    def test_dialogs_open_above_one_another(self):
        def use(app):
            app.window("Standard Dialogs")
            app.see("dialogs")
            app.key("space")
            app.see("number")
            app.type("42")
            app.key("Return")
            app.key("Tab", "Tab", "Tab", "Tab", "space")
            app.see("color")
            app.click(700, 450)
            app.key("Return")
            app.see("color chosen")
            app.see("end")
            app.close()
        report = self.compare([PYTHON, f"{EXAMPLES}/dialogs/standarddialogs.py"], use)
        self.painters(report, "QPushButton", "widget")

    def test_a_word_is_dragged(self):
        def use(app):
            app.window("Fridge Magnets")
            app.see("words")
            app.drag((40, 37), (300, 200))
            app.see("dragged")
            app.close()
        report = self.compare([PYTHON, f"{EXAMPLES}/draganddrop/fridgemagnets/fridgemagnets.py"],
                              use)
        self.painters(report, "DragLabel", "widget")
        self.assertTrue([c for c in report["causes"] if c["event"] == "Drop"], report["causes"])


if __name__ == "__main__":
    unittest.main()
