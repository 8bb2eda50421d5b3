"""Reads recipes/*.toml and spells them out: recipe x install x configuration.

A recipe says how one product is installed, configured and started, and in
which configurations; ../README.md describes the keys. Host names, the prober's
name and the text of a banner are drawn from the seed and the deployment's id,
so that the same recipes give the same deployments.
"""
import glob
import os
import random
import re
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
KEYS = {"product", "about", "package", "start", "setup", "banner", "own",
        "port", "tls", "no_tls", "front", "files", "vars", "install",
        "config", "hidden", "adds_esmtp", "adds_host"}


class Bad(Exception):
    """A recipe with a mistake, in a sentence."""


def substitute(text, values, where):
    """@{name} -> values[name], again in what that brings."""
    for _ in range(5):
        if "@{" not in text:
            return text
        try:
            text = re.sub(r"@\{(\w+)\}", lambda m: values[m.group(1)], text)
        except KeyError as e:
            raise Bad(f"{where}: @{{{e.args[0]}}} is not known") from e
    raise Bad(f"{where}: substitutions without end")


def host_name(rng, style):
    word = rng.choice(FIRST) + rng.choice(SECOND)
    style = style or rng.choice(sorted(STYLES))
    return STYLES[style].format(
        w=word, W=word.upper(), C=word.capitalize(), d=rng.randint(1, 9),
        dd=rng.randint(10, 99), cc=rng.choice(COUNTRIES))


def without_own(recipe, text):
    """The banner without the words that the product itself puts before it."""
    if recipe.get("adds_esmtp"):  # as its second word
        text = text.replace("@{host} ESMTP ", "@{host} ", 1)
    for prefix in recipe.get("adds_host", []):
        if text.startswith(prefix):
            return text[len(prefix):]
    return text


class Banners:
    def __init__(self, path):
        with open(path, "rb") as f:
            self.texts = tomllib.load(f)

    def choose(self, kind, rng, recipe, config):
        """(text, claimed product): what the greeting shall say after 220."""
        if "banner_text" in config:
            return config["banner_text"], config.get("claims", "")
        if kind == "hidden":
            return recipe.get("hidden", "@{host} ESMTP"), ""
        if kind == "neutral":
            return rng.choice(self.texts["neutral"]), ""
        if kind == "forged":
            own = set(recipe.get("own", [])) | {recipe["product"]}
            wanted = config.get("claims")
            pool = [b for b in self.texts["forged"]
                    if b["claims"] not in own and
                    wanted in (None, b["claims"])]
            chosen = rng.choice(pool)
            return chosen["text"], chosen["claims"]
        raise Bad(f"{recipe['product']}: banner \"{kind}\" is not known")


class Expander:
    def __init__(self, seed):
        self.seed = seed
        self.banners = Banners(os.path.join(HERE, "banners.toml"))
        self.taken = set()

    def free_host(self, rng, style):
        while True:
            host = host_name(rng, style)
            if host.lower() not in self.taken:
                self.taken.add(host.lower())
                return host

    def free_address(self, rng):
        while True:
            address = f"127.30.{rng.randint(0, 255)}.{rng.randint(2, 254)}"
            if address not in self.taken:
                self.taken.add(address)
                return address

    def values(self, recipe, install, config, rng, where):
        kind = config.get("banner", "stock")
        values = {"options": "", "banner_set": ""}
        for source in (recipe, install, config):
            values.update(source.get("vars", {}))
        values.update({k: v for k, v in config.items()
                       if isinstance(v, str)})
        values["host"] = config.get("host") or self.free_host(
            rng, config.get("style"))
        values["addr"] = self.free_address(rng)
        values["tls"] = recipe.get("tls" if config.get("tls") else "no_tls",
                                   "")
        claims = ""
        if kind != "stock":
            values["banner"], claims = self.banners.choose(
                kind, rng, recipe, config)
            values["banner"] = without_own(recipe, values["banner"])
            values["banner_set"] = recipe.get("banner", "")
            if not values["banner_set"]:
                raise Bad(f"{where}: this product has no banner to set")
        return values, kind, claims

    def deployment(self, name, recipe, install, suite, config):
        parts = [name, install.get("id"), suite, config["id"]]
        ident = "-".join(p for p in parts if p)
        rng = random.Random(f"{self.seed}:{ident}")
        values, kind, claims = self.values(recipe, install, config, rng,
                                           ident)
        ehlo, source = rng.choice(PROBERS)

        def spell(text):
            return substitute(text, values, ident)
        held_out = config.get("held_out", install.get("held_out", False))
        provenance = {
            "recipe": name, "config": config["id"],
            "package": install.get("npm") or install.get(
                "package", recipe.get("package", "")),
            "suite": suite, "banner": kind, "seed": self.seed,
            "options": spell(values["options"]).strip()}
        if claims:
            provenance["claims"] = claims
        if config.get("tls"):
            provenance["tls"] = config["tls"]
        return {
            "deployment": ident, "product": config.get(
                "product", recipe["product"]),
            "front": config.get("front", recipe.get("front", "")),
            "held_out": held_out, "suite": suite,
            "packages": install.get("packages", []),
            "npm": install.get("npm", ""),
            "package": provenance["package"],
            # of an embedded server, where the package is named otherwise
            "version": install.get(
                "version", install.get("npm", "").rpartition("@")[2]),
            "host": values["host"], "address": values["addr"],
            "port": recipe.get("port", 25),
            "source": source, "ehlo": ehlo,
            "reverse": rng.random() < 0.6,
            "key": config.get("tls", recipe.get("vars", {}).get("key", "")),
            "files": {spell(p): spell(t) for p, t in {
                **recipe.get("files", {}), **config.get("files", {})}.items()},
            "setup": spell(recipe.get("setup", "") + "\n" +
                           config.get("more_setup", "")).strip(),
            "start": spell(config.get("start", recipe["start"])),
            "plans": ["standard"] if held_out else ["standard", "lab"],
            "provenance": provenance}

    def expand(self, name, recipe):
        unknown = set(recipe) - KEYS
        if unknown:
            raise Bad(f"{name}: key {sorted(unknown)[0]} is not known")
        for install in recipe["install"]:
            for suite in install["suites"]:
                for config in recipe["config"]:
                    if suite not in config.get("suites", [suite]):
                        continue
                    if install.get("id", "") not in config.get(
                            "only", [install.get("id", "")]):
                        continue
                    yield self.deployment(name, recipe, install, suite,
                                          config)


def read_all(seed):
    """Every deployment, in the order of the recipe files."""
    expander, found = Expander(seed), []
    for path in sorted(glob.glob(os.path.join(HERE, "recipes", "*.toml"))):
        name = os.path.basename(path)[:-len(".toml")]
        try:
            with open(path, "rb") as f:
                found += expander.expand(name, tomllib.load(f))
        except (tomllib.TOMLDecodeError, KeyError) as e:
            raise Bad(f"{path}: {e}") from e
    return found
