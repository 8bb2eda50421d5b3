"""Section: the weakest spots, chosen from the figures."""
from headline import rung_of
from text import count, share


def weak_products(report):
    plan, figures = report.detailed()
    classes = [c for c in figures.get("classes", [])
               if c["recall"] and c["recall"]["value"] < 1]
    classes.sort(key=lambda c: (c["recall"]["value"], c["product"]))
    if not classes:
        return "Every product's recall is 1."
    return f"Lowest recalls (plan {plan}): " + "; ".join(
        f'{c["product"]} {share(c["recall"]["value"])} of '
        f'{count(c["deployments"])}' for c in classes[:6]) + "."


def weak_pairs(report):
    plan, figures = report.detailed()
    pairs = figures.get("confusions", [])[:5]
    if not pairs:
        return "No product is taken for another."
    return f"Most frequent mistakes (plan {plan}): " + "; ".join(
        f'{p["truth"]} taken for {p["answer"]} ({count(p["deployments"])})'
        for p in pairs) + "."


def weakest_of(report, part, key, name, title):
    """The lowest shares of a breakdown, by the greeting masked."""
    rows = [r for r in (report.m.get(part) or {}).get(key, [])
            if r["masked"] and r["masked"]["value"] < 1 and
            r[name] != "none"]  # no front
    rows.sort(key=lambda r: (r["masked"]["value"], r[name]))
    if not rows:
        return None
    return f"{title} (greeting masked): " + "; ".join(
        f'{r[name]} {share(r["masked"]["value"])} of '
        f'{count(r["deployments"])}' for r in rows[:5]) + "."


def weak_fronts(report):
    return weakest_of(report, "configurations", "fronts", "front",
                      "Worst fronts, configurations left out")


def weak_recipes(report):
    return weakest_of(report, "configurations", "recipes", "recipe",
                      "Worst recipes, configurations left out")


def weak_versions(report):
    return weakest_of(report, "versions", "products", "product",
                      "Worst products, versions left out")


def weak_strangers(report):
    part = (report.m.get("products") or {}).get("everything")
    if not part:
        return None
    rows = [p for p in part["products"]
            if p["called_novel"] and p["called_novel"]["value"] < 1]
    rows.sort(key=lambda p: (p["called_novel"]["value"], p["product"]))
    if not rows:
        return "No unknown product is named as a known one."
    return "Unknown products most often named as known ones: " + "; ".join(
        f'{p["product"]} (called novel: {share(p["called_novel"]["value"])}'
        + (f', else {p["named"][0]["answer"]}' if p["named"] else "") + ")"
        for p in rows[:6]) + "."


def weak_plans(report):
    folds = report.m.get("folds") or {}
    plans = [p for p in report.plans(folds) if folds[p]["macro"]]
    if not plans:
        return None
    worst = min(plans, key=lambda p: folds[p]["macro"]["value"])
    return (f"Weakest plan: {worst}, {share(folds[worst]['macro']['value'])} "
            "with products equal.")


def weak_ladder(report):
    """Where a lie costs most, with all evidence."""
    losses = []
    for plan in report.plans(report.m.get("ladder") or {}):
        honest = rung_of(report.m, plan, "as-is")
        forged = rung_of(report.m, plan, "forged")
        if honest and forged and honest["micro"] and forged["micro"]:
            losses.append((honest["micro"]["value"] -
                           forged["micro"]["value"], plan))
    if not losses:
        return None
    loss, plan = max(losses)
    if loss < 0.0005:
        return "A forged greeting costs no accuracy, with all evidence."
    return (f"A forged greeting costs most under the plan {plan}: "
            f"{loss:.3f} of accuracy.")


def write_weakest(report):
    report.section("Weakest spots")
    report.say("Chosen by the script from the figures above, whatever they are.")
    spots = [weak_products, weak_pairs, weak_fronts, weak_recipes,
             weak_versions, weak_strangers, weak_plans, weak_ladder]
    for spot in spots:
        sentence = spot(report)
        if sentence:
            report.lines.append("* " + sentence)
    report.lines.append("")
