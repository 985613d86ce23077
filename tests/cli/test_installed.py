"""tests/cli/test_installed.py: the installed tree, used as somebody else's program would."""

import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest

from harness import COLUMNS, SOURCE, TIMEOUT_S, environment, rows_of

BUILD = os.environ["PAINTPROF_BUILD"]
PROJECTS = pathlib.Path(__file__).parent / "installed"
DEMO = SOURCE / "demo"

CORE_PROGRAM = r"""
#include <paintprof/paintprof.h>
#include <stdio.h>
int main(void)
{
    PP_SCOPE("main", PP_PHASE_OTHER);
    puts(pp_version());
    return pg_profile_enabled();
}
"""


def call(*args, env=None, cwd=None):
    done = subprocess.run([str(a) for a in args], env=env or environment(), cwd=cwd,
                          capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, args))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="paintprof-installed-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        call("cmake", "--install", BUILD, "--prefix", cls.folder / "first")
        # A tree that was moved shows every path that was compiled in.
        cls.prefix = (cls.folder / "first").rename(cls.folder / "moved here")
        cls.libraries = next(cls.prefix.rglob("libpaintprof.so")).parent

    def env(self, **changes):
        return environment(PKG_CONFIG_PATH=str(self.libraries / "pkgconfig"),
                           LD_LIBRARY_PATH=str(self.libraries), **changes)

    def check_measures(self, program):
        """Runs an example off-screen and looks at its rows."""
        path = self.folder / "frames.csv"
        call(program, "--frames", "12", "--csv", path, env=self.env())
        text = path.read_text()
        rows = rows_of(text)
        self.assertEqual(len(rows), 12)
        self.assertEqual(text.splitlines()[0].split(","), COLUMNS + ["compute_ms"])
        for row in rows:
            self.assertGreater(float(row["redraw_ms"]), 0)
            self.assertGreater(float(row["compute_ms"]), 0)

    def build_by_cmake(self, project):
        build = self.folder / project
        call("cmake", "-S", PROJECTS / project, "-B", build, f"-DDEMO_DIR={DEMO}",
             f"-DCMAKE_PREFIX_PATH={self.prefix}")
        call("cmake", "--build", build)
        return build

    def flags(self, *modules):
        return shlex.split(call("pkg-config", "--cflags", "--libs", *modules, env=self.env()))

    def test_the_c_example_builds_by_find_package_without_qt_or_a_cpp_compiler(self):
        self.check_measures(self.build_by_cmake("c") / "custom-paint")

    def test_the_cpp_example_builds_by_find_package(self):
        self.check_measures(self.build_by_cmake("cpp") / "custom-paint-cpp")

    def test_the_c_example_builds_by_pkg_config(self):
        program = self.folder / "by-pkg-config"
        call("cc", "-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror", DEMO / "custom_paint.c",
             "-o", program, *self.flags("paintprof-core", "paintprof-qt"), "-lm", env=self.env())
        self.check_measures(program)

    def test_the_cpp_example_builds_by_pkg_config(self):
        program = self.folder / "by-pkg-config-cpp"
        call("c++", "-std=c++17", "-fPIC", "-Wall", "-Wextra", DEMO / "custom_paint.cpp", "-o",
             program, *self.flags("paintprof-qt", "Qt6Widgets"), env=self.env())
        self.check_measures(program)

    def test_the_core_alone_brings_no_qt(self):
        source = self.folder / "core.c"
        source.write_text(CORE_PROGRAM)
        program = self.folder / "core"
        call("cc", source, "-o", program, *self.flags("paintprof-core"), env=self.env())
        self.assertRegex(call(program, env=self.env()), r"^\d+\.\d+\.\d+\n$")
        self.assertNotIn("Qt", call("ldd", program, env=self.env()))

    def test_profiling_the_examples_takes_under_15_lines(self):
        for name in ("custom_paint.c", "custom_paint.cpp"):
            lines = (DEMO / name).read_text().splitlines()
            marked = [l for l in lines if "/* profile" in l or "// profile" in l]
            self.assertTrue(3 <= len(marked) < 15, f"{name}: {len(marked)}")

    def test_the_chart_runs_and_finds_its_data(self):
        report = call(self.prefix / "bin" / "paintprof-chart", "--frames", "2", "--report", "-",
                      env=environment(LD_LIBRARY_PATH=None))
        self.assertIn("5105 rows, 1109 gaps", report)
        self.assertTrue((self.prefix / "share/paintprof/sp500-daily.csv").exists())
        for program in ("paintprof", "paintprof-link", "paintprof-annotate", "paintprof-chart"):
            self.assertTrue((self.prefix / f"share/man/man1/{program}.1").exists(), program)

    def test_an_unknown_component_is_a_clear_error(self):
        project = self.folder / "unknown"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nproject(u LANGUAGES C)\n"
            "find_package(paintprof REQUIRED COMPONENTS core teleport)\n")
        with self.assertRaises(AssertionError) as caught:
            call("cmake", "-S", project, "-B", project / "b",
                 f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertIn("no component 'teleport'", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
