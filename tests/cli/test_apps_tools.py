"""tests/cli/test_apps_tools.py: Qt's own tools and a game, used as by people."""

import unittest

from apps import AppTest
from harness import SOURCE

DATA = SOURCE / "tests/cli/data"


class Tools(AppTest):

    def test_designer_makes_a_form_and_previews_it(self):
        def use(app):
            app.window("New Form")
            app.see("new form")
            app.key("Return")
            app.drag((74, 331), (400, 200))  # a push button
            app.see("form with a button")
            app.scroll(130, 500, 6)
            app.scroll(130, 500, -6)
            app.drag((450, 214), (500, 260))  # selects it with a rubber band
            app.click(31, 28)
            app.see("file menu")
            app.key("Escape", "ctrl+r")
            app.window("[Preview]")
            app.see("preview")
            app.key("alt+F4")
            app.no_window("[Preview]")
            app.key("alt+F4")
            app.window("Save Form?")
            app.see("question")
            app.click(796, 464)
        report = self.compare(["/usr/lib/qt6/bin/designer"], use)
        self.painters(report, "QDesignerDialog", "widget")  # the form itself
        self.painters(report, "qdesigner_internal::WidgetBoxCategoryListView", "widget")
        self.painters(report, "QMenu", "widget")
        self.assertEqual(self.wasteful(report), set())

    def test_assistant_searches_zooms_and_shows_its_settings(self):
        def use(app):
            app.window("Qt Assistant")
            app.see("assistant")
            app.key("ctrl+f")
            app.type("paint")
            app.see("search")
            app.key("ctrl+plus", "ctrl+plus", "ctrl+minus")
            app.key("alt+e", "Up", "Up")
            app.see("edit menu")
            app.key("Escape", "Escape", "ctrl+t")
            app.see("another page")
            app.close()
        report = self.compare(["/usr/lib/qt6/bin/assistant"], use)
        self.painters(report, "QLineEdit", "widget")
        self.assertEqual(self.wasteful(report), set())

    def test_linguist_translates_a_message(self):
        def use(app):
            app.window("sample.ts")
            app.see("messages")
            app.click(250, 130)
            app.key("ctrl+k")
            app.type("Datei")
            app.see("translation")
            app.key("ctrl+f")
            app.window("Find")
            app.type("Close")
            app.see("find")
            app.key("Return")
            app.key("Escape")
            app.see("found")
            app.key("alt+F4")
            app.window("Linguist")
            app.see("question")
            app.key("alt+n")
        report = self.compare(["/usr/lib/qt6/bin/linguist", "sample.ts"], use,
                              files=[DATA / "sample.ts"])
        self.painters(report, "MessageEditor", "widget")
        self.assertEqual(self.wasteful(report), set())

    def test_tanglet_is_played(self):
        board = (195, 40, 225, 290), (10, 320, 430, 65)
        def use(app):
            app.window("New Game")
            app.click(78, 388)  # the game that has no clock
            app.window("Tanglet")
            app.no_window("New Game")
            app.see("board", besides=board)
            app.type("xyz")
            app.see("no such word", besides=board)
            app.click(32, 28)
            app.see("game menu", besides=board)
            app.key("Escape")
            app.drag((225, 107), (331, 107))
            app.close()
        report = self.compare(["/usr/games/tanglet"], use)
        self.painters(report, "Letter", "item")
        self.painters(report, "Clock", "widget")


if __name__ == "__main__":
    unittest.main()
