"""tests/cli/test_apps_kinds.py: real programs that cannot be profiled run as ever, and it is said why."""

import unittest

from apps import AppTest, PYTHON


class Kinds(AppTest):

    # What Qt 5 says of a plugin that it does not find.
    noise = ('No such plugin for spec "paintprof"',)

    def check_it_runs_unharmed(self, command, use, reason):
        """Used without and with `paintprof run`, which has one line more to say."""
        plain = self.start(command)
        use(plain)
        status, messages, said = plain.wait(), self.messages(plain), plain.out.read_text()
        probed = self.start(command, {name: [look] for name, look in plain.shown.items()}, [])
        use(probed)
        self.assertEqual(probed.wait(), status)
        self.keep(probed, "probed")
        reasons = [line for line in self.messages(probed) if "was not profiled" in line]
        self.assertEqual(len(reasons), 1, self.messages(probed))
        self.assertIn(reason, reasons[0])
        self.assertEqual([line for line in self.messages(probed) if line not in reasons], messages)
        self.assertEqual(probed.out.read_text(), said)
        self.assert_nothing_is_left(probed)

    def test_a_program_of_qt_5_runs_unharmed(self):
        def use(app):
            app.window("SpeedCrunch")
            app.type("6*7")
            app.key("Return")
            app.see("result", besides=[(380, 685, 20, 30)])  # its cursor blinks
            app.close()
        self.check_it_runs_unharmed(["/usr/bin/speedcrunch"], use, "it uses Qt 5")

    def test_a_python_program_without_qt_runs_unharmed(self):
        self.check_it_runs_unharmed([PYTHON, "-c", "print(6 * 7)"], lambda app: None,
                                    "does not use Qt")

    def test_qt_6_without_windows_runs_unharmed(self):
        self.check_it_runs_unharmed(["/usr/lib/qt6/bin/qtpaths", "--qt-version"],
                                    lambda app: None, "it uses Qt without a graphical interface")

    def test_a_window_that_is_not_of_qt_runs_unharmed(self):
        def use(app):
            app.window("xmessage")
            app.see("message")
            app.close()
        self.check_it_runs_unharmed(["/usr/bin/xmessage", "hello"], use, "does not use Qt")


if __name__ == "__main__":
    unittest.main()
