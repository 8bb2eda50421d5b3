"""What two states are compared by, and the section that does so."""
import json
import os

from text import PLANS, interval, plural

# What the first report found weakest, and the last change was made for.
WATCHED_FRONTS = ["cisco-pix-mailguard", "generic-text-blanking-proxy",
                  "generic-answering-gateway"]
VIEWS = [("everything", "with the greeting"), ("no-banner", "without it")]


# ---------------------------------------------------------------- figures


def rung_of(measured, plan, greeting):
    """The last rung: all evidence."""
    rungs = [r for r in (measured.get("ladder") or {}).get(plan, [])
             if r["greeting"] == greeting]
    return rungs[-1] if rungs else None


def headline(measured):
    """What a reader compares between two states, by name."""
    found = {}
    for plan, figures in (measured.get("folds") or {}).items():
        if plan not in PLANS:
            continue
        found[f"{plan}: accuracy, deployments equal"] = figures["micro"]
        found[f"{plan}: accuracy, products equal"] = figures["macro"]
        found[f"{plan}: named at precision 0.98"] = \
            figures["coverage_at_precision_98"]
        found[f"{plan}: calibration error"] = figures["calibration_error"]
        found[f"{plan}: told and right"] = figures["told"]["right"]
        found[f"{plan}: told and wrong"] = figures["told"]["wrong"]
        for greeting in ("masked", "forged"):
            rung = rung_of(measured, plan, greeting)
            if rung:
                found[f"{plan}: accuracy, greeting {greeting}"] = \
                    rung["micro"]
    for name in ("versions", "configurations"):
        for key in ("as-is", "masked"):
            figures = (measured.get(name) or {}).get(key)
            if figures:
                greeting = "as it is" if key == "as-is" else key
                found[f"{name} left out: accuracy, products equal, greeting "
                      f"{greeting}"] = figures["macro"]
        told = (measured.get(name) or {}).get("told")
        if told:
            found[f"{name} left out: told and right"] = told["right"]
    for row in (measured.get("configurations") or {}).get("fronts", []):
        if row["front"] in WATCHED_FRONTS:
            where = f'configurations left out, behind {row["front"]}'
            found[f"{where}: right"] = row["as-is"]
            found[f"{where}: told and right"] = row["told"]
    told = (measured.get("products") or {}).get("told")
    if told:
        found["unknown products: told a name"] = told["wrong"]
    for view, text in VIEWS:
        part = (measured.get("products") or {}).get(view)
        if part:
            found[f"unknown products, {text}: AUROC"] = part["auroc"]
            found[f"unknown products, {text}: accepted where 95 % of known "
                  "are"] = part["false_accept"]
    twins = (measured.get("leak") or {}).get("twins_nearest")
    if twins:
        found["which of two twins, by chance 0.5: named right"] = \
            twins["accuracy"]
    return {"data": measured["data"], "figures": {
        k: v for k, v in found.items() if v}}


def write_before(report):
    report.section("Before and after")
    path = os.path.join(report.pictures, "before.json")
    if not os.path.exists(path):
        report.say("No earlier state is kept (docs/evaluation/before.json).")
        return
    with open(path, encoding="utf-8") as f:
        before = json.load(f)
    now = headline(report.m)
    same = before["data"]["hash"] == now["data"]["hash"]
    report.say(
        f"""Before: {plural(before["data"]["deployments"], "deployment")} of
        {plural(before["data"]["products"], "product")}; now
        {now["data"]["deployments"]} of {now["data"]["products"]}. """ +
        ("The data are the same, so that differences are the method's."
         if same else """The data differ, so that differences are theirs as
         well as the method's."""))
    rows = []
    for name, figure in now["figures"].items():
        old = before["figures"].get(name)
        rows.append([name, interval(old), interval(figure),
                     f'{figure["value"] - old["value"]:+.3f}' if old else "–"])
    report.table(["figure", "before", "now", "difference"], rows)


# ---------------------------------------------------------------- sections
