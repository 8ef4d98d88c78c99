"""A page in a browser, as the tests of pages look at it."""


def until(page, condition):
    """Wait for a condition in JavaScript. Playwright's own wait needs eval, which our pages do not allow."""
    again = f"const again = () => ({condition}) ? done() : requestAnimationFrame(again); again();"
    page.evaluate(f"new Promise((done) => {{ {again} }})")


class Window:
    """A page in the browser, and everything that it said and asked for."""

    def __init__(self, browser, path, *, width=1280, scheme="light", motion="reduce"):
        self.context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion=motion
        )
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.address = path.as_uri()
        self.page.goto(self.address)

    def close(self):
        """Nothing went wrong, and nothing was asked for but the page."""
        self.context.close()
        assert (self.said, self.asked) == ([], [self.address])

    def press(self, key, times=1):
        for _ in range(times):
            self.page.keyboard.press(key)

    @property
    def step(self):
        return int(self.page.input_value("#position"))

    @property
    def last(self):
        return int(self.page.get_attribute("#position", "max"))

    @property
    def sentence(self):
        return self.page.text_content("#sentence")

    @property
    def state(self):
        """All that is seen of a step: the graph, the words, what can be pressed."""
        shown = "[document.body.className, ...['pane', 'panel'].map((id) => document.getElementById(id).innerHTML)]"
        return self.page.evaluate(shown), self.step, self.page.locator("button:disabled").all_inner_texts()

    def numbers(self, line):
        """Data (1) or gradient (2) of every node, in full."""
        values = f"(all) => all.map((n) => [n.id, n.querySelectorAll('text')[{line}].dataset.value])"
        found = {int(key[1:]): float(value) for key, value in self.page.eval_on_selector_all(".node", values)}
        return [found[i] for i in range(len(found))]

    def node(self, number):
        return self.page.locator(f"#n{number} text").all_text_contents()
