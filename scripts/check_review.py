#!/usr/bin/python3
"""check_review.py PLAIN.html HOSTILE.html KNOWN.html: looks at review pages in a browser.

The pages are parsed by html5lib, which must find nothing to repair, and opened in headless
Chromium: wide and narrow, light and dark, on paper, with and without scripts. PLAIN is the page of
the sample backup (KB Q188632 at server SRV1), HOSTILE one whose every name attacks the reader,
KNOWN the sample's with one finding suppressed and the others in the baseline.
"""
import pathlib
import sys

import html5lib
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

checks = 0
failures = []

# Elements whose text has too little contrast to what lies behind it, or that hide a state.
CONTRAST = """
const parse = (colour) => colour.match(/[0-9.]+/g).map(Number);
const light = (c) => {
  const [r, g, b] = c.slice(0, 3).map((v) => {
    v /= 255;
    return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  });
  return .2126 * r + .7152 * g + .0722 * b;
};
const behind = (element) => {
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour.length < 4 || colour[3] > .99) return colour;
  }
  return [255, 255, 255];
};
const bad = new Set();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.data.trim() || element.closest('script, style, option')) continue;
  if (!element.getClientRects().length) continue;
  const svg = element.closest('svg');
  const colour = svg ? getComputedStyle(element).fill : getComputedStyle(element).color;
  const [a, b] = [light(parse(colour)), light(behind(svg ? svg.parentElement : element))];
  const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (contrast < 4.5) bad.add(element.className + ': ' + node.data.trim().slice(0, 40) + ' '
                              + contrast.toFixed(2));
}
return Array.from(bad);
"""

# Badges, tiles, states and wires that nobody could see.
UNSEEN = """
return Array.from(document.querySelectorAll('.badge, .tile, .link, .wire, .connector, .service, h2'))
  .filter((e) => {
    if (e.closest('#list') && matchMedia('(max-width: 40rem)').matches) return false;
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    return box.width < 8 || box.height < 8 || box.right <= 0 || style.visibility !== 'visible' ||
      style.opacity !== '1';
  }).map((e) => e.outerHTML.slice(0, 80));
"""

# What no review page holds, whatever the names in the case are.
FOREIGN = """
const allowed = new Set(['lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'id', 'href',
  'aria-hidden', 'aria-label', 'aria-labelledby', 'role', 'tabindex', 'hidden', 'scope', 'width',
  'height', 'viewBox', 'focusable', 'd', 'fill', 'cx', 'cy', 'r', 'x', 'y', 'rx', 'text-anchor',
  'type', 'aria-live', 'aria-sort', 'value']);
const found = [];
for (const e of document.querySelectorAll('*')) {
  if (/^(img|iframe|object|embed|link|base|form|audio|video|source|frame|applet)$/i.test(e.tagName))
    found.push(e.tagName);
  for (const a of e.attributes) {
    if (!allowed.has(a.name)) found.push(e.tagName + ' ' + a.name);
    if (a.name === 'href' && !a.value.startsWith('#')) found.push(a.value);
  }
}
if (document.scripts.length !== 1) found.push('scripts: ' + document.scripts.length);
if (document.styleSheets.length !== 1) found.push('styles: ' + document.styleSheets.length);
if (document.querySelectorAll('h1').length !== 1) found.push('more than one h1');
for (const entry of performance.getEntriesByType('resource')) found.push(entry.name);
return found;
"""


def check(condition, what, detail=""):
    global checks
    checks += 1
    if not condition:
        failures.append(f"{what} {detail}".strip())
        print(f"check_review: FAILED: {what} {detail}", file=sys.stderr)


def parse(path):
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(pathlib.Path(path).read_bytes())
    check(not parser.errors, f"{path} parses without repair", str(parser.errors[:3]))
    return document


class Browser:
    def __init__(self):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                         "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.run = self.driver.execute_script

    def tell(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def open(self, path, width=1400, scheme="light", media="screen", scripts=True):
        self.tell("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.tell("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=900,
                  deviceScaleFactor=1, mobile=False)
        self.driver.get(pathlib.Path(path).resolve().as_uri())

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]


def check_every_view(browser, path):
    for width in (1400, 700, 400):
        for scheme in ("light", "dark"):
            view = f"{path} at {width}, {scheme}:"
            browser.open(path, width, scheme)
            check(browser.run("return document.documentElement.scrollWidth") <= width,
                  f"{view} nothing runs out of the window")
            check(not browser.run(UNSEEN), f"{view} everything is seen", browser.run(UNSEEN)[:3])
            low = browser.run(CONTRAST)
            check(not low, f"{view} contrast is 4.5 or more", str(low[:5]))
            check(not browser.run(FOREIGN), f"{view} nothing foreign", browser.run(FOREIGN)[:5])
    complaints = browser.complaints()
    check(not complaints, f"{path} the browser has nothing to complain of", str(complaints[:3]))


def check_drawing(browser, path):
    browser.open(path)
    drawn = browser.run("""
      return Array.from(document.querySelectorAll('.tree .leaf')).map((leaf) => [
        leaf.className.replace('leaf ', ''),
        leaf.querySelector('.connector b').textContent,
        Array.from(leaf.querySelectorAll('.service')).map((s) => s.innerText).join(' | '),
        leaf.querySelector('.wire use') && leaf.querySelector('.wire use').getAttribute('href'),
        getComputedStyle(leaf.querySelector('.service')).borderTopStyle]);""")
    missing = [leaf for leaf in drawn if leaf[0] == "missing"]
    check(sorted({leaf[1] for leaf in missing}) ==
          ["Internet Mail Connector (SRV1)", "cc:Mail Connector (SRV1)"],
          "the connectors without their service are drawn as such", str(missing))
    check(len(missing) == 6, "each stands in three containers", str(len(missing)))
    for leaf in missing:
        check("Service missing" in leaf[2] and leaf[3] == "#w-missing" and leaf[4] == "dashed",
              "a missing service is told by words, a broken wire and an empty place", str(leaf))
    for state, count in (("present", 6), ("unneeded", 11), ("deleted", 1)):
        check(sum(leaf[0] == state for leaf in drawn) == count, f"{count} drawn as {state}")
    chain = browser.run("""
      const steps = [];
      for (let e = document.querySelectorAll('.tree .leaf.missing')[4]; e; e = e.parentElement)
        if (e.matches('.branch')) steps.unshift(e.querySelector('.container').innerText);
      return steps.join(' > ').replace(/\\s+/g, ' ');""")
    check("Organization Quillmark Papers > Site Harbour > Configuration" in chain,
          "the tree leads from the organization over site and Configuration", chain)


def check_table(browser, path):
    browser.open(path)
    shown = """return Array.from(document.querySelectorAll('#list tbody tr'))
      .filter((row) => row.getClientRects().length)
      .map((row) => row.cells[3].textContent);"""
    every = browser.run(shown)
    check(len(every) == 6, "every finding has a row", str(len(every)))
    field = browser.driver.find_element("css selector", "#tools input")
    field.send_keys("INTERNET MAIL")
    found = browser.run(shown)
    check(len(found) == 3 and all("Internet Mail" in subject for subject in found),
          "words filter the rows", str(found))
    check("3 of 6" in browser.run("return document.querySelector('#tools output').textContent"),
          "the number of rows shown is told")
    field.clear()
    browser.run("document.querySelector('#tools input').dispatchEvent(new Event('input'))")
    head = "#list thead th:nth-child(4)"
    button = browser.driver.find_element("css selector", head + " button")
    button.send_keys("\n")  # by keyboard
    state = f"return document.querySelector('{head}').getAttribute('aria-sort')"
    check(browser.run(state) == "ascending", "a heading sorts")
    ascending = browser.run(shown)
    button.click()
    check(browser.run(state) == "descending", "and sorts the other way")
    check(browser.run(shown) == ascending[::-1] and len(ascending) == 6, "rows are in order",
          str(ascending))
    browser.open(path)
    browser.tell("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab",
                 windowsVirtualKeyCode=9)
    check(browser.run("return document.activeElement.className") == "jump",
          "the first Tab leads past the contents")


def check_without_script(browser, path):
    browser.open(path, scripts=False)
    # The driver's own scripts run all the same.
    check(browser.run("return document.querySelector('#tools').getClientRects().length") == 0,
          "without scripts there are no dead controls")
    check(browser.run("return document.querySelectorAll('#list tbody tr').length") == 6,
          "without scripts every finding is there")
    check(browser.run("return document.querySelectorAll('article').length") == 6,
          "without scripts every card is there")


def check_paper(browser, path):
    browser.open(path, media="print", scheme="dark")
    check(browser.run("return getComputedStyle(document.body).backgroundColor") ==
          "rgb(255, 255, 255)", "paper is white")
    for part in (".contents", "#tools"):
        check(browser.run(f"return document.querySelector('{part}').getClientRects().length") == 0,
              f"{part} is not printed")
    check(not browser.run(CONTRAST), "print has contrast", str(browser.run(CONTRAST)[:3]))


def check_hostile(browser, path):
    browser.open(path)
    title = browser.driver.title
    check(title.startswith("Directory review: "), "no name ran as a script", title)
    check(browser.run("return document.querySelectorAll('.tree .leaf.missing').length") == 20,
          "every hostile connector is drawn")
    text = browser.run("return document.querySelector('main').innerText")
    for part in ("<script>document.title='ran'</script>", "</td></tr></table><h1>faked</h1>",
                 "abc\\u202etxt.exe", "\\u2066a\\u2069", "in\\u200bvisible", "\\x1b[2J",
                 "&lt;b&gt; &amp &#60;", "dir<script>alert(1)<!--.ldf"):
        check(part in text, "the name is shown as text:", part)
    for character in "\u202e\u2066\u2069\u200b\u2028\x1b":
        check(character not in text, f"U+{ord(character):04X} is not on the page")


def check_known(browser, path):
    browser.open(path)
    field = browser.driver.find_element("css selector", "#tools label:nth-of-type(5) select")
    field.send_keys("Suppressed")
    check("1 of 6" in browser.run("return document.querySelector('#tools output').textContent"),
          "the status filters the rows")
    check(browser.run("return document.querySelectorAll('article.suppressed .accepted').length")
          == 1, "a suppressed finding is marked")


def main():
    plain, hostile, known = sys.argv[1:4]
    for path in (plain, hostile, known):
        parse(path)
    browser = Browser()
    try:
        check_drawing(browser, plain)
        check_table(browser, plain)
        check_without_script(browser, plain)
        check_paper(browser, plain)
        check_hostile(browser, hostile)
        check_known(browser, known)
        for path in (plain, hostile, known):
            check_every_view(browser, path)
    finally:
        browser.driver.quit()
    print(f"{checks - len(failures)} passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
