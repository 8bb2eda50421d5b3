"""How figures, tables and the report under way are written."""
import os

PLANS = ["polite", "standard", "deep", "lab"]
TELLINGS = ["right", "wrong", "unknown"]


def share(value):
    return "–" if value is None else f"{value:.3f}"


def value(figure):
    """A figure without its interval."""
    return share(figure["value"]) if figure else "–"


def interval(figure):
    if not figure:
        return "–"
    return f'{figure["value"]:.3f} ({figure["low"]:.3f} – {figure["high"]:.3f})'


def signed(figure):
    if not figure:
        return "–"
    return (f'{figure["value"]:+.3f} ({figure["low"]:+.3f} – '
            f'{figure["high"]:+.3f})')


def count(number):
    return f"{number:.1f}".removesuffix(".0")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |",
             "| " + " | ".join(["---"] + ["--:"] * (len(head) - 1)) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def plural(number, word):
    return f"{number} {word}" + ("" if str(number) == "1" else "s")


def listed(words):
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]


class Report:
    """The report under way: what was measured, and the lines so far."""

    def __init__(self, measured, corpus, folder):
        self.m = measured
        self.corpus = corpus
        self.pictures = os.path.join(folder, "evaluation")
        self.lines = []

    def say(self, *paragraphs):
        for paragraph in paragraphs:
            self.lines += [" ".join(paragraph.split()), ""]

    def section(self, title):
        self.lines += [f"## {title}", ""]

    def table(self, head, rows):
        self.lines += table(head, rows)

    def picture(self, name, text, draw, *data):
        draw(os.path.join(self.pictures, name + ".svg"), *data)
        self.lines += [f"![{text}](evaluation/{name}.svg)", ""]

    def part(self, name, title):
        """A part's figures; None, and a sentence, where it is missing."""
        self.section(title)
        part = self.m.get(name)
        if not part:
            self.say("Not measured in this run.")
        return part

    def plans(self, part):
        return [p for p in PLANS if p in part]

    def detailed(self):
        """Name and figures of the plan that was judged in detail."""
        folds = self.m.get("folds") or {}
        for plan in self.plans(folds):
            if "classes" in folds[plan]:
                return plan, folds[plan]
        return None, {}


# ---------------------------------------------------------------- headline
