"""Looks at a page with a real headless Chromium and says what is there; nothing but the standard library.

    python look.py CHROMIUM PAGE FOLDER [AXE]

Writes desktop.png, narrow.png, print.png and page.pdf into FOLDER, runs the accessibility checks of the script AXE in the
page with everything unfolded, and prints JSON: what the console said, what was requested, what is to be seen, how it
fits, what is not accessible.
"""

import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-extensions",
         "--remote-debugging-pipe"]

# What a person sees: hidden text does not count, so innerText and boxes, not the source.
SEEN = r"""
(() => {
  document.querySelectorAll('details').forEach(one => { one.open = true; });
  const text = one => one ? one.innerText.trim() : null;
  const all = (root, what) => [...root.querySelectorAll(what)];
  const visible = one => { const box = one.getBoundingClientRect(); return box.width > 0 && box.height > 0; };
  const own = one => all(one, ':scope > p.reason, :scope > p.population, :scope > p.waiver, :scope > p.attestation').map(text);
  const fields = dl => { const found = {}; let name = null; for (const child of dl.children) { if (child.tagName === 'DT') { name = text(child); } else { found[name] = text(child); } } return found; };
  return {
    title: document.title,
    h1: text(document.querySelector('h1')),
    cautions: all(document, '.caution').map(text),
    lead: text(document.querySelector('.lead')),
    landmarks: ['header', 'nav', 'main'].filter(name => document.querySelector('body > ' + name)),
    sections: all(document, 'main > section > h2').map(text),
    headings: all(document, 'h1,h2,h3,h4').map(one => Number(one.tagName[1])),
    tiles: Object.fromEntries(all(document, '.tiles li').map(one => [text(one.querySelector('.word')), Number(text(one.querySelector('b')))])),
    controls: all(document, 'article').filter(visible).map(one => ({
      id: one.id, title: text(one.querySelector('h3')), verdict: text(one.querySelector(':scope > header .badge')), text: text(one.querySelector('dl.text')),
      scenarios: all(one, ':scope > section').map(s => ({
        name: text(s.querySelector('h4')), verdict: text(s.querySelector('h4 .badge')), says: own(s),
        findings: all(s, ':scope > .finding dl').map(fields),
        rows: all(s, '.met > li').filter(visible).length, exchanges: all(s, 'a[href^="#E"], a[href^="#list-"]').length,
      })),
    })),
    register: all(document, 'section[aria-labelledby=register] tbody tr, section[aria-labelledby=register] .finding').map(text),
    picture: all(document, 'svg .node').filter(visible).map(one => ({
      name: text1(one, '.name'), status: text1(one, '.status'), facts: all(one, '.fact').map(fact => fact.firstChild.textContent),
      fits: all(one, 'text').every(t => inside(t.getBBox(), one.querySelector('rect').getBBox())),
    })),
    arrows: all(document, 'svg .arrow').filter(visible).map(one => all(one, 'text').map(t => t.textContent).join(' ')),
    exchanges: all(document, 'section[aria-labelledby=exchanges] p[id]').length,
    dead: all(document, 'a[href^="#"]').map(one => one.getAttribute('href').slice(1)).filter(id => !document.getElementById(id)),
    scripts: document.scripts.length,
  };
  function text1(one, what) { const found = one.querySelector(what); return found ? found.textContent.trim() : null; }
  function inside(a, b) { return a.x >= b.x && a.x + a.width <= b.x + b.width && a.y >= b.y && a.y + a.height <= b.y + b.height; }
})()
"""

# Parts that stick out of the page; what scrolls by itself may hold something wider.
FITS = r"""
(() => {
  const width = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > width + 1
    && !one.closest('.scroll') && !one.closest('.skip'));
  return { scroll: document.documentElement.scrollWidth, width, out: out.slice(0, 5).map(one => one.outerHTML.slice(0, 200)) };
})()
"""


ACCESSIBLE = r"""
axe.run({resultTypes: ['violations']}).then(found => found.violations.map(one => `${one.id}: ${one.help}: `
  + one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' ')))
"""


class Browser:
    """A Chromium that is talked to over a pair of pipes, so that no port is open."""

    def __init__(self, chromium, home):
        read_command, self.write_end = high_pipe()
        self.read_end, write_answer = high_pipe()
        os.dup2(read_command, 3, inheritable=True)
        os.dup2(write_answer, 4, inheritable=True)
        self.process = subprocess.Popen(
            [chromium, *FLAGS, f"--user-data-dir={home}", "about:blank"],
            pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for end in (3, 4, read_command, write_answer):
            os.close(end)
        self.number, self.buffer, self.events = 0, b"", []

    def ask(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]

    def wait(self, method):
        while not any(event["method"] == method for event in self.events):
            self.next()

    def settle(self, seconds):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if b"\0" in self.buffer or select.select([self.read_end], [], [], left)[0]:
                self.next()

    def next(self):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read_end], [], [], 60)
            block = os.read(self.read_end, 1 << 20) if ready else b""
            if not block:
                self.process.kill()
                said = self.process.stderr.read().decode(errors="replace")
                sys.exit(f"the browser {'ended' if ready else 'says nothing'}\n{said[-2000:]}")
            self.buffer += block
        message, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(message)
        if "method" in message:
            self.events.append(message)
        return message

    def end(self):
        self.ask("Browser.close")
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def high_pipe():
    """A pipe whose ends are not 3 and 4, which the browser wants for its own."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in ends]
    for end in ends:
        os.close(end)
    return high


def main():
    chromium, page, folder, *axe = sys.argv[1:]
    folder = pathlib.Path(folder)
    home = tempfile.mkdtemp()
    browser = Browser(chromium, home)
    try:
        json.dump(look(browser, pathlib.Path(page).absolute().as_uri(), folder, axe), sys.stdout)
    finally:
        browser.end()
        shutil.rmtree(home, ignore_errors=True)


def look(browser, url, folder, axe):
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(method, **parameters):
        return browser.ask(method, session, **parameters)

    def value(expression):
        answer = ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            sys.exit(f"in the page: {answer['exceptionDetails']}")
        return answer["result"]["value"]

    def picture(name, width, height):
        ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        shot = ask("Page.captureScreenshot", format="png")
        (folder / name).write_bytes(base64.b64decode(shot["data"]))
        return value(FITS)

    for domain in ("Page", "Runtime", "Log", "Network"):
        ask(f"{domain}.enable")
    ask("Page.navigate", url=url)
    browser.wait("Page.loadEventFired")
    fits = {"desktop": picture("desktop.png", 1280, 1800), "narrow": picture("narrow.png", 390, 1800)}
    ask("Emulation.setEmulatedMedia", media="print")
    picture("print.png", 794, 1800)
    printed = ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
    ask("Emulation.setEmulatedMedia", media="screen")
    pdf = base64.b64decode(printed["data"])
    (folder / "page.pdf").write_bytes(pdf)
    ask("Emulation.setDeviceMetricsOverride", width=1280, height=1800, deviceScaleFactor=1, mobile=False)
    seen = value(SEEN)
    browser.settle(0.3)
    # Before axe, which is not part of the page.
    said, requests = overheard(browser.events)
    found = []
    for script in axe:
        value(pathlib.Path(script).read_text() + "; 0")
        found = value(ACCESSIBLE)
    return {"console": said, "requests": requests, "seen": seen, "fits": fits, "pdf": len(pdf),
            "pages": pdf.count(b"/Type /Page\n"), "axe": found}


def overheard(events):
    said, requests = [], []
    for event in events:
        about = event["params"]
        if event["method"] == "Runtime.consoleAPICalled":
            said.append(f"{about['type']}: {about['args']}")
        elif event["method"] == "Runtime.exceptionThrown":
            said.append(str(about["exceptionDetails"]))
        elif event["method"] == "Log.entryAdded":
            said.append(f"{about['entry']['level']}: {about['entry']['text']}")
        elif event["method"] == "Network.requestWillBeSent":
            requests.append(about["request"]["url"])
    return said, requests


main()
