"""Sections: how often the answers are right, and how sure they are."""
import plots
from headline import VIEWS
from text import TELLINGS, count, interval, listed, plural, signed, value


def write_ladder(report):
    part = report.part("ladder", "The ladder: what each kind of evidence adds")
    if not part:
        return
    report.say(
        """A survey of 2007 named 50 % of domains by patterns on greetings, about
        70 % with EHLO, 85 % with the replies to wrong commands (it gave no other
        steps). It counted domains that got a name, right or not, on the
        Internet; here an answer counts only when it is right, on a laboratory's
        servers, most of which hide or forge their greeting. The figures stand
        beside each other for orientation: none of them confirms the other.""")
    report.picture("ladder", "What each kind of evidence adds, by plan",
                   plots.ladder, part, report.plans(part))
    for plan in report.plans(part):
        rungs = list(dict.fromkeys(r["rung"] for r in part[plan]))
        report.say(f"**Plan {plan}**: accuracy with deployments equal / with "
                   "products equal / share named at precision 0.98.")
        rows = []
        for rung in rungs:
            of = {r["greeting"]: r for r in part[plan] if r["rung"] == rung}
            then = of.get("as-is", {}).get("named_2007")
            rows.append([rung] + [
                " / ".join([interval(of[g]["micro"]), value(of[g]["macro"]),
                            value(of[g]["coverage_at_precision_98"])])
                if of.get(g) and of[g]["micro"] else "–"
                for g, _ in plots.GREETINGS] +
                [f"{then:.0%}" if then else "–"])
        report.table(["evidence"] + [t for _, t in plots.GREETINGS] +
                     ["2007"], rows)


def write_plans(report):
    part = report.part("folds", "By plan")
    if not part:
        return
    report.say(
        """The whole method, as the program answers: the polite plan provokes one
        error, the standard two, deep and lab more. "Named" is the share that can
        be named if that precision is demanded, the surest first. Version ranges
        are told only where behaviour proves them; right is a range that holds
        the version.""")
    plans = report.plans(part)
    rows = []
    for key, text in (
            ("micro", "accuracy, deployments equal"),
            ("macro", "accuracy, products equal"),
            ("coverage_at_precision_95", "named at precision 0.95"),
            ("coverage_at_precision_98", "named at precision 0.98"),
            ("coverage_at_precision_99", "named at precision 0.99"),
            ("risk_curve_area", "area under the risk curve"),
            ("log_loss", "log-loss"), ("brier", "Brier score"),
            ("versions_right", "version ranges right")):
        rows.append([text] + [interval(part[p][key]) for p in plans])
    for key, text in (("told", "told"), ("told_forged", "told, greeting forged")):
        rows += [[f"{text}: {telling}"] +
                 [interval(part[p][key][telling]) for p in plans]
                 for telling in TELLINGS]
    rows.append(["version ranges told"] +
                [f'{part[p]["versions_told"]} of {part[p]["items"]}'
                 for p in plans])
    report.table([""] + plans, rows)


def write_baselines(report):
    part = report.part("baselines", "Beside other methods")
    if not part:
        return
    rows = part["methods"]
    report.say(
        f"""On the same folds, {part["items"]} items of the plan {part["plan"]}, greeting
        {part["greeting"].replace("_", " ")}; every method learns from the same
        deployments and names the same ones. Differences are paired over the same
        draws of groups. A calibration error is to be read beside the accuracy: a
        method that is seldom right and never sure is well calibrated, too.""",
        """Rules learn nothing from a fold, but whoever wrote them had these
        transcripts at hand, and dropped what a label contradicts: theirs is no
        figure of hosts that nobody has seen.""")
    report.table(
        ["method", "deployments equal", "products equal", "minus the model",
         "named at 0.98", "calibration error"],
        [[r["text"], interval(r["micro"]), interval(r["macro"]),
          signed(r.get("against_model", {}).get("micro")),
          value(r["coverage_at_precision_98"]), value(r["calibration_error"])]
         for r in rows])
    won = [(r["text"], victories(r)) for r in rows if "against_model" in r]
    if not any(figures for _, figures in won):
        report.say("No other method is better than the model in any of these.")
    for text, figures in won:
        if figures:
            report.say(f"**{text}** is better than the model in "
                       f"{listed(figures)}.")
    write_price(report)


def write_price(report):
    """What saying "none of these" costs the model in this comparison."""
    novel = ((report.m.get("products") or {}).get("no-banner") or
             {}).get("known_called_novel")
    if novel:
        report.say(
            f"""The model alone may answer that a host is none of the products. It
            says so of {interval(novel)} of these known hosts, and such a host is not
            named, whatever precision is asked; the other methods name every host,
            those of unknown products too.""")


VICTORIES = [("micro", "accuracy with deployments equal", 1),
             ("macro", "accuracy with products equal", 1),
             ("coverage_at_precision_98", "the share named at 0.98", 1),
             ("calibration_error", "calibration error", -1)]


def victories(row):
    """In what a method is better than the model, and how surely."""
    found = []
    for key, text, sign in VICTORIES:
        figure = row["against_model"][key]
        if not figure or sign * figure["value"] <= 0:
            continue
        sure = min(sign * figure["low"], sign * figure["high"]) > 0
        found.append(f'{text} by {abs(figure["value"]):.3f} ' + (
            "(more than the interval)" if sure else "(within the interval)"))
    return found


def write_calibration(report):
    part = report.part("folds", "Calibration")
    if not part:
        return
    report.say(
        """Expected calibration error in 15 bins of equal mass: the mean distance
        between the confidence given and the share that is right. A large class
        that is always right hides the others, so it stands beside itself without
        the largest class, and as the mean over the classes of each one's own
        confidence.""")
    plans = report.plans(part)
    report.table([""] + plans, [
        [text] + [interval(part[p].get(key)) for p in plans]
        for key, text in (
            ("calibration_error", "calibration error"),
            ("calibration_error_without_largest",
             "without the largest product"),
            ("calibration_error_classwise", "class-wise"))])
    plan, figures = report.detailed()
    if figures.get("reliability"):
        report.picture("reliability",
                       f"Confidence given and share right, plan {plan}",
                       plots.reliability, figures["reliability"])


def write_products(report):
    plan, figures = report.detailed()
    report.section("By product")
    if not figures:
        report.say("Not measured in this run.")
        return
    report.say(f"Plan {plan}; deployments as judged (alike ones count once).")
    report.table(
        ["product", "deployments", "recall", "precision"],
        [[c["product"], count(c["deployments"]), interval(c["recall"]),
          interval(c["precision"])] for c in figures["classes"]])
    unmeasured = report.m["folds"].get("unmeasured")
    if unmeasured:
        report.say(f"Cannot be measured by folds, for all their deployments "
                   f"look the same: {listed(unmeasured)}.")
    pairs = figures["confusions"][:10]
    if not pairs:
        report.say("No product was taken for another.")
        return
    report.picture("confusions", f"The worst confusions, plan {plan}",
                   plots.confusions, pairs)


def write_open_set(report):
    part = report.part("products", "Products that nobody has seen")
    if not part:
        return
    report.say(
        f"""Each product is left out of training alone, and its hosts are judged
        beside those of known products from the folds (plan {part["plan"]}). AUROC:
        how often an unknown one looks more novel than a known one. Accepted: the
        share of unknown ones taken for known where 95 % of the known are
        accepted. What is novel is said by the limits of the model learned without
        the host's fold, for unknown and known ones alike; these few numbers
        were learned with other hosts of the product. Intervals redraw products
        among the unknown, for one fit judges all hosts of one, and groups of
        deployments among the known.""")
    views = [(v, t) for v, t in VIEWS if part.get(v)]
    report.table([""] + [t for _, t in views], [
        [text] + [interval(part[v][key]) for v, _ in views]
        for key, text in (("auroc", "AUROC"),
                          ("false_accept", "accepted where 95 % of known are"),
                          ("called_novel", "unknown ones called novel, at the "
                           "limits of a fold's model"),
                          ("known_called_novel", "known ones called novel, at "
                           "these limits"))])
    told = part["told"]
    report.say(f"""A survey would name {interval(told["wrong"])} of these hosts, and
               leave {interval(told["unknown"])} unknown.""")
    report.table(
        ["left out", "deployments", "called novel", "else named"],
        [[p["product"], count(p["deployments"]), interval(p["called_novel"]),
          ", ".join(f'{n["answer"]} {count(n["deployments"])}'
                    for n in p["named"][:3]) or "–"]
         for p in part[views[0][0]]["products"]])


def write_left_out(report, part):
    """Accuracy of rounds that leave something out, and of their parts."""
    report.table(
        ["", "greeting as it is", "greeting masked"],
        [[text] + [interval(part[g][key]) for g in ("as-is", "masked")]
         for key, text in (("micro", "accuracy, deployments equal"),
                           ("macro", "accuracy, products equal"))] +
        [[f"told: {key}", interval(part["told"][key]), "–"]
         for key in TELLINGS])
    if part["not_judged"]:
        report.say(f"""Not judged, for nothing of their product was left to learn
                   from: {plural(count(part["not_judged"]), "deployment")}.""")


def write_breakdown(report, title, name, rows):
    report.table(
        [title, "deployments", "right", "right, greeting masked",
         "told and right"],
        [[r[name], count(r["deployments"]), interval(r["as-is"]),
          interval(r["masked"]), interval(r["told"])] for r in rows])


def write_versions(report):
    part = report.part("versions", "Versions that nobody has seen")
    if not part:
        return
    report.say(
        f"""Round k leaves out the k-th version of every product that has at least
        two, with whatever looks like one of its deployments: {part["rounds"]}
        rounds, {part["as-is"]["items"]} items of the plan
        {report.detailed()[0]}. Right is the product.""")
    write_left_out(report, part)
    write_breakdown(report, "product", "product", part["products"])
    report.say(
        """Version ranges of versions nobody has seen: each version (its first two
        numbers) of every product that has at least three is left out, ranges are
        learned from the others, and its deployments are asked, the product being
        known. A range reaches to the next version that was learned from, and is
        open beyond the oldest and the newest; right is one that holds the
        version.""")
    report.table(
        ["version left out", "versions", "told", "right"],
        [[place, str(r["versions"]), f'{r["told"]} of {r["items"]}',
          interval(r["right"])] for place, r in part["ranges"].items()])


def write_configurations(report):
    part = report.part("configurations", "Configurations that nobody has seen")
    if not part:
        return
    report.say(
        f"""All deployments with one configuration of a recipe (the same choices,
        names and greetings apart), whatever their version and suite, are left out
        together, with whatever looks like one of them: {part["configurations"]}
        configurations in {part["rounds"]} rounds,
        {part["as-is"]["items"]} items of the plan {report.detailed()[0]}. This
        is nearest to a stranger's server of a known product.""")
    write_left_out(report, part)
    for title, name in (("in front", "front"), ("greeting set to", "banner"),
                        ("recipe", "recipe")):
        if part[name + "s"]:
            write_breakdown(report, title, name, part[name + "s"])


def write_curve(report):
    points = report.part("curve", "Learning curve")
    if not points:
        return
    report.say(
        """With the greeting masked, in the same folds: accuracy where each product
        has at most so many training deployments (groups). A curve that still
        rises says that more deployments would help; one that is flat says that
        only others would.""")
    report.table(
        ["deployments a product, at most", "deployments equal",
         "products equal"],
        [[str(p["deployments_per_product"] or "all"), interval(p["micro"]),
          interval(p["macro"])] for p in points])
    if any(p["micro"] for p in points):
        report.picture("curve", "Learning curve", plots.curve, points)
