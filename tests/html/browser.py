# SPDX-License-Identifier: GPL-2.0
"""A headless Chromium, driven through chromedriver's WebDriver protocol."""
import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars"]


def missing():
    """The program that is not installed, or None."""
    for names in (("chromium", "chromium-browser", "google-chrome"), ("chromedriver",)):
        if not any(shutil.which(n) for n in names):
            return names[0]
    return None


class Refused(RuntimeError):
    """The driver could not do it, and says why."""


class Browser:
    def __init__(self, size=(1280, 900)):
        self.profile = tempfile.mkdtemp(prefix="hmmtrace-html-")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.driver = subprocess.Popen(["chromedriver", f"--port={self.port}"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        flags = FLAGS + [f"--user-data-dir={self.profile}", "--window-size=%d,%d" % size]
        binary = next(filter(None, map(shutil.which, ("chromium", "chromium-browser",
                                                      "google-chrome"))))
        caps = {"goog:chromeOptions": {"args": flags, "binary": binary},
                "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = ""
        self.wait_for_driver()
        value = self.call("POST", "", {"capabilities": {"alwaysMatch": caps}}, base="/session")
        self.session = value["sessionId"]

    def wait_for_driver(self):
        for _ in range(200):
            try:
                self.call("GET", "", base="/status")
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("chromedriver does not answer")

    def call(self, method, path, body=None, base=None):
        url = f"http://127.0.0.1:{self.port}{base or '/session/' + self.session}{path}"
        data = None if body is None else json.dumps(body).encode()
        req = urllib.request.Request(url, data, {"Content-Type": "application/json"},
                                     method=method)
        # Straight to the driver, whatever proxy the environment names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(req, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            said = json.load(e).get("value", {})
            raise Refused(f"{said.get('error')}: {said.get('message', '').splitlines()[0]}") from e

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def js(self, script, *args):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def element(self, css):
        return next(iter(self.call("POST", "/element",
                                   {"using": "css selector", "value": css}).values()))

    def click(self, css):
        """As a person does: what moves away or is drawn anew meanwhile is tried again."""
        for left in range(50, -1, -1):
            try:
                return self.call("POST", f"/element/{self.element(css)}/click", {})
            except Refused:
                if not left:
                    raise
                time.sleep(0.1)

    def type(self, css, text):
        self.call("POST", f"/element/{self.element(css)}/value", {"text": text})

    def drag(self, css, x_from, x_to):
        """Horizontally over an element, in parts of its width."""
        rect = self.js("const r = document.querySelector(arguments[0]).getBoundingClientRect();"
                       "return [r.left, r.top, r.width, r.height]", css)
        y = int(rect[1] + rect[3] / 2)
        at = [int(rect[0] + rect[2] * x) for x in (x_from, x_to)]
        moves = [{"type": "pointerMove", "duration": 0, "x": at[0], "y": y},
                 {"type": "pointerDown", "button": 0},
                 {"type": "pointerMove", "duration": 50, "x": at[1], "y": y},
                 {"type": "pointerUp", "button": 0}]
        self.call("POST", "/actions", {"actions": [
            {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
             "actions": moves}]})

    def prefer(self, scheme):
        """What the system is said to like: light or dark."""
        self.call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia",
            "params": {"features": [{"name": "prefers-color-scheme", "value": scheme}]}})

    def emulate(self, width):
        """A screen as narrow as no window of a desktop gets; None: as it was."""
        self.call("POST", "/goog/cdp/execute", {
            "cmd": "Emulation.setDeviceMetricsOverride",
            "params": {"width": width, "height": 900, "deviceScaleFactor": 1,
                       "mobile": width < 500}} if width else
                  {"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})

    def log(self):
        """What the page complained of."""
        return [e["message"] for e in self.call("POST", "/se/log", {"type": "browser"})
                if e["level"] == "SEVERE"]

    def shot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))

    def size(self, width, height):
        self.call("POST", "/window/rect", {"width": width, "height": height})

    def close(self):
        try:
            if self.session:
                self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            shutil.rmtree(self.profile, ignore_errors=True)
