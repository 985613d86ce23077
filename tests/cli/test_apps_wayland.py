"""tests/cli/test_apps_wayland.py: programs of Debian under a Wayland compositor."""

import unittest

import test_wayland
from apps import need
from harness import SOURCE


class Programs(test_wayland.WaylandTest):

    def test_designer(self):
        need(self, "/usr/lib/qt6/bin/designer")
        report = self.report_of("/usr/lib/qt6/bin/designer")
        self.assertGreater(report["frames"], 0)
        self.assertIn("QMenuBar", {p["class"] for p in report["painters"] if p["count"]})
        self.assertEqual([f for f in report["findings"] if "painter" in f], [])

    def test_a_quick_scene_and_its_overlay(self):
        need(self, "/usr/lib/qt6/bin/qml")
        report = self.report_of("/usr/lib/qt6/bin/qml", SOURCE / "tests/cli/data/moving.qml",
                                options=["--overlay", "mini"])
        self.assertGreater(report["frames"], 3)
        [window] = [p for p in report["painters"] if p["class"] == "QQuickWindowQmlImpl"]
        self.assertEqual(window["kind"], "quick")
        self.assertGreater(window["count"], 3)


if __name__ == "__main__":
    unittest.main()
