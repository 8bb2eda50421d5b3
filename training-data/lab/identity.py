"""Who a deployment is: its host name, address, prober, and its greeting.

None of this is a configuration: two deployments that differ in nothing else
are twins, and no feature may tell them apart (../README.md). Everything comes
from the seed and the deployment's id, each from a stream of its own, so that
a change of one moves no other. Whether the prober's address has a name in the
DNS changes answers, so that a twin shares it with its original.
"""
import os
import random
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))

FIRST = ["alder", "amber", "ash", "birch", "cedar", "clover", "copper",
         "coral", "dune", "elm", "fern", "flint", "granite", "hazel", "heath",
         "indigo", "ivy", "juniper", "larch", "lichen", "linden", "maple",
         "marble", "mint", "moss", "oak", "ochre", "opal", "pine", "quartz",
         "reed", "rowan", "saffron", "sage", "slate", "sorrel", "teal",
         "thistle", "umber", "willow"]
SECOND = ["bay", "bridge", "brook", "cliff", "creek", "dale", "delta",
          "field", "ford", "gate", "glen", "grove", "harbour", "hill", "lake",
          "marsh", "meadow", "mill", "moor", "peak", "point", "pond", "ridge",
          "shore", "spring", "stone", "valley", "view", "well", "wood"]
# Styles of host names: all under names reserved for examples and tests.
STYLES = {
    "mx": "mx{d}.{w}.example.org",
    "mail": "mail.{w}.example.com",
    "bare": "{w}.example.net",
    "single": "{w}{d}",
    "long": "mx-in-{dd}.rack{d}.{w}.south.region-{d}.hosting.example.net",
    "upper": "{W}.EXAMPLE.COM",
    "mixed": "Mail{d}.{C}.Example.Org",
    "numbers": "s198-51-100-{dd}.{w}.example.net",
    "country": "mail.{w}.{cc}.test",
    "country2": "mx0{d}.{w}.co.{cc}.test",
    "relay": "relay-{dd}.{w}.test",
    "smtp": "smtp.{w}.example.org",
}
COUNTRIES = ["de", "fr", "br", "jp", "pl", "nl", "uk", "za", "in", "se"]
PROBERS = [("probe.example.org", "127.99.0.7"),
           ("scan.example.net", "127.98.4.21"),
           ("survey-1.research.example.com", "127.97.12.130"),
           ("mx-survey.example.org", "127.99.44.9")]


class Bad(Exception):
    """A recipe with a mistake, in a sentence."""


def stream(*parts):
    """A source of chance that these words alone decide."""
    return random.Random(":".join(str(p) for p in parts))


def host_name(rng, style):
    word = rng.choice(FIRST) + rng.choice(SECOND)
    style = style or rng.choice(sorted(STYLES))
    if style not in STYLES:
        raise Bad(f"style \"{style}\" of host names is not known; there are "
                  f"{', '.join(sorted(STYLES))}")
    return STYLES[style].format(
        w=word, W=word.upper(), C=word.capitalize(), d=rng.randint(1, 9),
        dd=rng.randint(10, 99), cc=rng.choice(COUNTRIES))


class Identities:
    def __init__(self, seed):
        self.seed = seed
        self.taken = set()

    def free(self, make):
        """What `make` gives that no other deployment has."""
        while True:
            thing = make()
            if thing.lower() not in self.taken:
                self.taken.add(thing.lower())
                return thing

    def prober(self, ident):
        """Who asks; `addr` is what it meets, `inner` a server behind it."""
        rng = stream(self.seed, ident, "address")
        ehlo, source = rng.choice(PROBERS)
        net = f"{rng.randint(0, 255)}.{rng.randint(2, 254)}"
        return {"ehlo": ehlo, "source": source, "addr": f"127.30.{net}",
                "inner": f"127.31.{net}", "reverse": rng.random() < 0.6}

    def of(self, ident, base, style):
        """`base` is the original of a twin, else `ident` itself."""
        names = stream(self.seed, ident, "host")
        return {**self.prober(ident), "reverse": self.prober(base)["reverse"],
                "host": self.free(lambda: host_name(names, style))}


def without_own(recipe, text):
    """The banner without the words that the product itself puts before it."""
    if recipe.get("adds_esmtp"):  # as its second word
        text = text.replace("@{host} ESMTP ", "@{host} ", 1)
    for prefix in recipe.get("adds_host", []):
        if text.startswith(prefix):
            return text[len(prefix):]
    return text


class Banners:
    def __init__(self, path=os.path.join(HERE, "banners.toml")):
        with open(path, "rb") as f:
            self.texts = tomllib.load(f)

    def forged(self, rng, recipe, wanted):
        own = set(recipe.get("own", [])) | {recipe["product"]}
        pool = [b for b in self.texts["forged"] if b["claims"] not in own and
                wanted in (None, b["claims"])]
        if not pool:
            raise Bad(f"{recipe['product']}: no forgery claims \"{wanted}\"; "
                      "add one to banners.toml")
        chosen = rng.choice(pool)
        return chosen["text"], chosen["claims"]

    def choose(self, kind, rng, recipe, config):
        """(text, claimed product): what the greeting shall say after 220."""
        if "banner_text" in config:
            return config["banner_text"], config.get("claims", "")
        if kind == "forged":
            return self.forged(rng, recipe, config.get("claims"))
        if kind == "hidden":
            return recipe.get("hidden", "@{host} ESMTP"), ""
        if kind in ("neutral", "notice"):
            return rng.choice(self.texts[kind]), ""
        if kind == "lines" and "multi_line" in recipe:
            return recipe["multi_line"].join(
                rng.choice(self.texts["lines"])), ""
        raise Bad(f"{recipe['product']}: banner \"{kind}\" is not known")
