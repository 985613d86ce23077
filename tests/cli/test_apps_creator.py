"""tests/cli/test_apps_creator.py: Qt Creator, the largest of them."""

import unittest

from apps import AppTest
from harness import SOURCE


class Creator(AppTest):

    def test_creator_edits_a_file(self):
        def use(app):
            app.window("hello.cpp")
            app.see("file")
            app.click(700, 400)
            app.key("ctrl+End")
            app.type("// three words")
            app.see("typed")
            app.key("ctrl+f")
            app.type("puts")
            app.see("found")
            app.key("Escape", "ctrl+k")
            app.type("hello")
            app.see("locator")
            app.key("Escape", "Escape", "ctrl+n")
            app.window("New File")
            app.see("new file")
            app.key("Escape")
            app.no_window("New File")
            app.key("alt+F4")
            app.window("Save Changes")
            app.see("question")
            app.key("alt+n")
        report = self.compare(["/usr/bin/qtcreator", "-settingspath", "../settings", "hello.cpp"],
                              use, files=[SOURCE / "tests/cli/data/hello.cpp"])
        self.painters(report, "CppEditor::CppEditorWidget", "widget")
        self.painters(report, "Utils::FancyLineEdit", "widget")
        # The text of its information bar is painted again, the same, at each of some 20 layouts.
        self.assertLessEqual(self.wasteful(report), {("QLabel", "LayoutRequest")})


if __name__ == "__main__":
    unittest.main()
