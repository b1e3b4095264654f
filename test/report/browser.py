"""Opens the report of the test's own study in headless Chromium and uses it as a reader would.

browser.py TEST_EXECUTABLE: the executable that writes the report (Report.is_written_for_the_browser).
Exit status 77: skipped, with the reason.
"""
import csv
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(77)


try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    skip("Python has no selenium (Debian: python3-selenium)")


def axe_source():
    """The text of axe-core, where tools/setup --test put it."""
    folder = subprocess.run(["bash", "-c", '. "$0" && echo "$nnx_axe"', ROOT / "tools/paths.sh"],
                            check=True, capture_output=True, text=True).stdout.strip()
    file = pathlib.Path(folder) / "axe_playwright_python/axe.min.js"
    if not file.exists():
        skip(f"no axe-core at {file}; run tools/setup --test")
    return file.read_text()


def start_browser(folder):
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not chromium:
        skip("no chromium with its chromedriver (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                     "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
                     "--disable-sync", f"--user-data-dir={folder}/profile"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(service=Service(driver), options=options)
    browser.set_script_timeout(300)
    return browser


class ReportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="nnx-report-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        subprocess.run([sys.argv[1], "--gtest_filter=Report.is_written_for_the_browser"], check=True,
                       stdout=subprocess.DEVNULL, env={**os.environ, "NNX_KEEP_REPORT": cls.folder})
        cls.axe = axe_source()
        cls.driver = start_browser(cls.folder)
        cls.addClassCleanup(cls.driver.quit)
        cls.page = pathlib.Path(cls.folder, "report.html").as_uri()

    def setUp(self):
        self.cdp("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
        self.cdp("Emulation.setEmulatedMedia", media="", features=[])
        self.driver.get("about:blank")  # else an address that differs by its # alone keeps the page
        self.driver.get(self.page)
        self.driver.get_log("browser")

    def tearDown(self):
        self.assertEqual([entry["message"] for entry in self.driver.get_log("browser")], [])

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def one(self, selector, within=None):
        return (within or self.driver).find_element(By.CSS_SELECTOR, selector)

    def all(self, selector, within=None):
        return (within or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def wait(self, condition, what):
        return WebDriverWait(self.driver, 60, 0.05).until(lambda _: condition(), what)

    def table_of(self, experiment):
        """The bar of tools of an experiment's table of points, and the table."""
        section = self.one(f"section[aria-labelledby=e{experiment}]")
        return self.one(".bar", section), self.one("table.tools", section)

    def column(self, table, number):
        return [row.text for row in self.all(f"tbody tr:not([hidden]) > :nth-child({number})", table)]

    def menu_item(self, bar, title, text):
        for menu in self.all(".menu", bar):
            if self.one("summary", menu).text.startswith(title):
                self.one("summary", menu).click()
                return next(each for each in self.all("button, label", menu) if each.text.strip() == text)
        raise AssertionError(title)

    def copied(self, bar, form):
        self.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        self.menu_item(bar, "Copy", f"as {form}").click()
        self.wait(lambda: form in self.one(".count", bar).text, "nothing was said of the copy")
        return self.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")

    def test_heads_sort(self):
        _, table = self.table_of(0)
        head = next(each for each in self.all("thead th", table) if each.text.strip() == "accuracy")
        place = self.all("thead th", table).index(head) + 1
        button = self.one("button", head)
        button.click()
        self.assertEqual(head.get_attribute("aria-sort"), "descending")
        values = [float(text.split()[0]) for text in self.column(table, place)]
        self.assertEqual(values, sorted(values, reverse=True))
        button.send_keys(Keys.ENTER)
        self.assertEqual(head.get_attribute("aria-sort"), "ascending")
        values = [float(text.split()[0]) for text in self.column(table, place)]
        self.assertEqual(values, sorted(values))
        self.one("thead th button", table).click()
        self.assertEqual(self.column(table, 1), sorted(self.column(table, 1)))
        self.assertIsNone(head.get_attribute("aria-sort"))

    def test_filter_takes_words_and_comparisons(self):
        bar, table = self.table_of(1)
        every = len(self.column(table, 1))
        field = self.one("input[type=search]", bar)
        field.send_keys("opt=adam batch>=64")
        shown = list(zip(self.column(table, 1), self.column(table, 3)))
        self.assertTrue(shown)
        self.assertTrue(all(opt == "adam" and int(batch) >= 64 for opt, batch in shown), shown)
        self.assertEqual(self.one(".count", bar).text, f"{len(shown)} of {every} rows")
        field.clear()
        field.send_keys("x", Keys.BACKSPACE)
        self.assertEqual(len(self.column(table, 1)), every)

    def test_charts_follow_the_filter(self):
        bar, table = self.table_of(1)
        chart = self.one('[data-chart="e1-ranking"]')
        self.js("arguments[0].scrollIntoView()", chart)
        self.wait(lambda: len(self.all(".mark-symbol path", chart)) == 18, "not every point has a mark")
        self.one("input[type=search]", bar).send_keys("opt=adam")
        self.assertEqual(len(self.column(table, 1)), 9)
        self.wait(lambda: len(self.all(".mark-symbol path", chart)) == 9, "the chart shows more than the table")

    def test_columns_hide_and_what_is_shown_is_copied(self):
        bar, table = self.table_of(1)
        heads = [head.text.strip() for head in self.all("thead th", table) if head.is_displayed()]
        self.assertIn("precision", heads)
        self.assertNotIn("memory", heads)
        self.menu_item(bar, "Columns", "precision").click()
        self.one("summary", bar).send_keys(Keys.ESCAPE)
        self.menu_item(bar, "Columns", "memory").click()
        self.one("input[type=search]", bar).send_keys("opt=adam")
        rows = list(csv.reader(io.StringIO(self.copied(bar, "CSV"))))
        self.assertNotIn("precision", rows[0])
        self.assertIn("memory", rows[0])
        self.assertEqual([row[0] for row in rows[1:]], self.column(table, 1))
        markdown = self.copied(bar, "Markdown").splitlines()
        self.assertEqual(len(markdown), len(rows) + 1)
        self.assertEqual(markdown[1].count("|"), len(rows[0]) + 1)
        latex = self.copied(bar, "LaTeX")
        self.assertTrue(latex.startswith("\\begin{tabular}{l"), latex)
        self.assertEqual(latex.count("\\\\\n"), len(rows))

    def test_rows_lead_to_settings_and_source(self):
        _, table = self.table_of(1)
        link = self.all("tbody th a", table)[3]
        link.click()
        details = self.one("#" + link.get_attribute("href").split("#")[1])
        self.wait(lambda: self.all("table", details), "the details stay closed")
        self.assertIn("batch", details.text)
        line = next(each for each in self.all("a", details) if each.text == "3")
        line.click()
        target = self.one(".source span:target")
        self.assertEqual(target.get_attribute("id"), "L3")
        self.assertIn("conv2d", target.text)
        top = target.rect["y"] - self.js("return scrollY")
        self.assertTrue(-1 < top < 900, top)

    def test_an_address_leads_to_its_point(self):
        self.driver.get("about:blank")
        self.driver.get(self.page + "#e1p12")
        self.wait(lambda: self.all("#e1p12 table"), "the point is not opened")
        self.wait(lambda: -1 < self.js("return document.querySelector('#e1p12').getBoundingClientRect().top") < 450,
                  "the point is not in sight")

    def test_charts_are_drawn_and_lead_to_points(self):
        charts = self.all("[data-chart]")
        self.assertGreater(len(charts), 15)
        for chart in charts:
            self.js("arguments[0].scrollIntoView()", chart)
            self.wait(lambda: "done" in chart.get_attribute("class"), chart.get_attribute("data-chart"))
        for name in ("e1-parallel", "e1-multiples", "e1-importance", "e0-cost", "e0-prediction"):
            self.assertTrue(self.all(f'[data-chart="{name}"] svg'), name)
        dot = self.one('[data-chart="e0-ranking"] .mark-symbol path')
        self.js("arguments[0].scrollIntoView({block: 'center'})", dot)
        ActionChains(self.driver).move_to_element(dot).click().perform()
        self.wait(lambda: self.js("return location.hash") == "#e0p0", "the chart does not lead to its point")
        self.assertTrue(self.all("#e0p0 table"))

    def test_names_stay_text(self):
        # An alert would make every command fail.
        self.assertIn("<script>alert(1)</script>", self.one("#content").text)
        self.assertIn("Three <em>activations</em>", self.one("h2").text)
        self.assertEqual(self.all("#content script"), [])

    def test_keyboard_finds_the_results(self):
        self.one("body").send_keys(Keys.TAB)
        skip_link = self.driver.switch_to.active_element
        self.assertEqual(skip_link.text, "Skip to the results")
        skip_link.send_keys(Keys.ENTER)
        self.assertTrue(self.js("return location.hash") == "#content")

    def test_phone_has_no_sideways_scroll(self):
        self.cdp("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
        self.open_some_details()
        for chart in self.all("[data-chart]"):
            self.js("arguments[0].scrollIntoView()", chart)
            self.wait(lambda: "done" in chart.get_attribute("class"), chart.get_attribute("data-chart"))
        self.assertLessEqual(self.js("return document.scrollingElement.scrollWidth"), 390)

    def test_print_leaves_the_tools_out(self):
        self.cdp("Emulation.setEmulatedMedia", media="print")
        self.assertFalse(self.one(".bar").is_displayed())
        self.assertTrue(self.one("table.tools").is_displayed())

    def open_some_details(self):
        """One of each kind: a point, the epochs, a matrix as a table, the points that share runs."""
        self.js("for (const each of document.querySelectorAll('.all, #e0p0, [data-epochs], figure details'))"
                " each.open = true")
        self.wait(lambda: self.all("#e0p0 table"), "the details stay empty")

    def assert_accessible(self, *rules):
        self.open_some_details()
        self.js(self.axe)
        found = self.driver.execute_async_script(
            "const [rules, done] = arguments; axe.run(document, rules).then((result) => done(result.violations.map((each) =>"
            " `${each.id}: ${each.help}: ${each.nodes.length} × ${each.nodes[0].html.slice(0, 160)}"
            " ${each.nodes[0].any.map((check) => check.message).join(' ')}`)))", {"runOnly": list(rules)} if rules else {})
        self.assertEqual(found, [])

    def test_axe_finds_nothing(self):
        self.assert_accessible()

    def test_axe_finds_nothing_in_the_dark(self):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assert_accessible("color-contrast")

    def test_the_switch_changes_the_theme(self):
        def ground():
            return self.js("return getComputedStyle(document.body).backgroundColor")

        before, button = ground(), self.one(".theme")
        button.click()
        self.assertEqual((button.text, ground()), ("Theme: light", before))
        button.click()
        self.assertEqual(button.text, "Theme: dark")
        self.assertNotEqual(ground(), before)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    axe_source()
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=1)
