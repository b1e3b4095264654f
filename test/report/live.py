"""Serves a report while its study is trained, and follows it by urllib and in headless Chromium.

live.py NNXC TRAINER: the trainer of test/unit/runtime/FakeStudy.cpp. Exit status 77: skipped, with the
reason.
"""
import http.client
import json
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from browser import By, Keys, WebDriverWait, start_browser

NNXC, TRAINER = (str(pathlib.Path(each).resolve()) for each in sys.argv[1:3])


def write_digits(folder):
    numbers = random.Random(3)
    for share, count in (("train", 120), ("test", 70)):
        labels = bytes(i % 10 for i in range(count))
        pixels = bytes(numbers.randrange(60) + (150 if place // 78 == label else 0)
                       for label in labels for place in range(784))
        (folder / f"{share}-images").write_bytes(struct.pack(">IIII", 0x803, count, 28, 28) + pixels)
        (folder / f"{share}-labels").write_bytes(struct.pack(">II", 0x801, count) + labels)


class LiveTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nnx-live-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        write_digits(self.folder)
        self.out = self.folder / "out"
        self.train("lengths")
        self.server = subprocess.Popen([NNXC, "report", "--live", self.out], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop, self.server)
        line = self.server.stdout.readline()
        self.assertRegex(line, r"^report: http://127\.0\.0\.1:\d+/ follows the results; Ctrl-C ends it$")
        self.url = line.split()[1]
        self.port = int(self.url.split(":")[2].strip("/"))

    def stop(self, process, number=signal.SIGINT):
        """The exit status, once the signal was obeyed."""
        if process.poll() is None:
            process.send_signal(number)
        status = process.wait(30)
        if process.stdout:
            process.stdout.close()
        return status

    def start_trainer(self, only):
        return subprocess.Popen([TRAINER, "--quiet", "--data", self.folder, "--out", self.out, "--only", only],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def train(self, only):
        self.assertEqual(self.start_trainer(only).wait(60), 0)

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read().decode()

    def state(self):
        return json.loads(self.get("state"))

    def wait(self, condition, what):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.1)


class ServerTest(LiveTest):
    def test_follows_what_is_trained(self):
        before, page = self.state(), self.get("report")
        self.assertEqual(before["text"], "Nothing trains now: 4 of 13 points have results")
        self.assertIn("lengths", page)
        self.assertNotIn("Learning rates", page)
        self.assertEqual(self.state(), before)
        self.train("rates")
        self.wait(lambda: self.state()["version"] != before["version"], "the state stays as it is")
        self.assertEqual(self.state()["text"], "Nothing trains now: 7 of 13 points have results")
        # Beside its own page, it is the report that is written to a file.
        subprocess.run([NNXC, "report", self.out, "-o", self.folder / "again"], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual(self.get("report"), (self.folder / "again/report.html").read_text())

    def test_shows_runs_that_go_on(self):
        before = (self.out / "report.html").read_bytes()
        trainer = self.start_trainer("plain/3")
        self.addCleanup(self.stop, trainer)
        self.wait(lambda: self.state()["text"].startswith("Training: 1 run now, "), "nothing is said of training")
        self.wait(lambda: '<span class="quiet">running</span>' in self.get("report") or not self.state(),
                  "the run is not in the report")
        first = self.state()["version"]
        self.wait(lambda: self.state()["version"] != first, "its epochs are not followed")
        self.assertEqual((self.out / "report.html").read_bytes(), before)
        subprocess.run([NNXC, "report", "--tensorboard", self.folder / "events", self.out], check=True,
                       stdout=subprocess.DEVNULL)
        self.assertGreater((self.folder / "events/plain/3 lr = long/events.out.tfevents.nnx").stat().st_size, 200)
        self.assertEqual(self.stop(trainer), 130)
        self.wait(lambda: self.state()["text"].startswith("Nothing trains now"), "the end of training is not seen")
        self.assertNotIn('<span class="quiet">running</span>', self.get("report"))

    def test_a_killed_trainer_runs_no_more(self):
        trainer = self.start_trainer("plain/3")
        self.wait(lambda: self.state()["text"].startswith("Training: 1 run now"), "nothing is said of training")
        self.stop(trainer, signal.SIGKILL)
        self.wait(lambda: self.state()["text"].startswith("Nothing trains now"), "it is believed to live")

    def ask(self, method, path, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.putrequest(method, path, skip_host=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def test_refuses_other_names_methods_and_pages(self):
        ours = ("Host", f"127.0.0.1:{self.port}")
        self.assertEqual(self.ask("GET", "/report", [ours]), 200)
        self.assertEqual(self.ask("GET", "/report", [("Host", f"localhost:{self.port}")]), 200)
        for headers in ([], [("Host", f"example.org:{self.port}")], [("Host", "127.0.0.1")], [("Host", "127.0.0.1:1")],
                        [ours, ("Host", "example.org")]):
            self.assertEqual(self.ask("GET", "/report", headers), 403, headers)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            self.assertEqual(self.ask(method, "/", [ours, ("Content-Length", "0")]), 405, method)
        for path in ("/results.sqlite", "/report/../results.csv", "/%2e%2e/results.csv", "//"):
            self.assertEqual(self.ask("GET", path, [ours]), 404, path)

    def test_only_this_machine_reaches_it(self):
        listening = [line.split()[1] for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
                     if line.split()[3] == "0A" and line.split()[1].endswith(f":{self.port:04X}")]
        self.assertEqual(listening, [f"0100007F:{self.port:04X}"])

    def test_ends_well(self):
        self.assertEqual(self.stop(self.server), 0)
        with self.assertRaises(OSError):
            self.get("state")

    def fails(self, *arguments):
        done = subprocess.run([NNXC, "report", "--live", *arguments], capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        return done.stderr

    def test_says_what_is_wrong(self):
        self.assertEqual(self.fails("--port", str(self.port), self.out),
                         f"error: 127.0.0.1:{self.port} is in use; choose another --port\n")
        self.assertEqual(self.fails(self.folder), f"error: {self.folder}: holds no results\n")
        self.assertIn("--port", self.fails("--port", "70000", self.out))
        self.assertIn("--output", self.fails("-o", self.folder, self.out))


class BrowserTest(LiveTest):
    def setUp(self):
        super().setUp()
        self.driver = start_browser(self.folder)
        self.addCleanup(self.driver.quit)

    def frame(self):
        """The frame that is shown, once there is one."""
        self.driver.switch_to.default_content()
        return WebDriverWait(self.driver, 60).until(
            lambda driver: driver.find_elements(By.CSS_SELECTOR, "iframe:not(.next)"), "no report is shown")[0]

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def names(self, experiment):
        """What the table of points shows."""
        table = self.one(f"section[aria-labelledby={experiment}] table.tools")
        return [each.text for each in table.find_elements(By.CSS_SELECTOR, "tbody tr:not([hidden]) > th")]

    def place(self, selector):
        return self.driver.execute_script("return document.querySelector(arguments[0]).getBoundingClientRect().top", selector)

    def test_a_new_report_is_as_the_reader_left_the_old_one(self):
        self.driver.get(self.url)
        old = self.frame()
        self.driver.switch_to.frame(old)
        self.one("button.theme").click()
        self.one("button.theme").click()
        field = self.one("input.filter")
        field.send_keys("lr!=one")
        head = "table.tools thead th:first-child"
        self.one(head + " button").click()
        self.one(head + " button").click()
        self.assertEqual(self.one(head).get_attribute("aria-sort"), "descending")
        names = self.names("e0")
        self.assertEqual(len(names), 3)
        self.one("#e0p1 summary").send_keys(Keys.ENTER)
        self.driver.execute_script("document.querySelector('#e0p1').scrollIntoView()")
        time.sleep(1)  # charts on the way are drawn
        place = self.place("#e0p1")
        self.train("plain/2")
        self.driver.switch_to.default_content()
        WebDriverWait(self.driver, 60).until(lambda driver: self.frame() != old, "no new report came")
        self.driver.switch_to.frame(self.frame())
        self.assertIn("plain", self.one("#content").text)
        self.assertEqual(self.one("html").get_attribute("data-theme"), "dark")
        self.assertEqual(self.one("section[aria-labelledby=e1] .bar input.filter").get_attribute("value"), "lr!=one")
        self.assertEqual(self.names("e1"), names)
        self.assertEqual(self.one("section[aria-labelledby=e1] " + head).get_attribute("aria-sort"), "descending")
        self.assertTrue(self.one("#e1p1 table"))
        self.assertAlmostEqual(self.place("#e1p1"), place, delta=60)
        self.driver.switch_to.default_content()
        self.assertEqual(self.one("#state").text, "Nothing trains now: 5 of 13 points have results")
        self.assertEqual([entry["message"] for entry in self.driver.get_log("browser")], [])
        self.stop(self.server)
        WebDriverWait(self.driver, 30).until(lambda driver: "has ended" in self.one("#state").text, "the end is not said")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=1)
