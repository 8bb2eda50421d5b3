"""The plots of docs/evaluation.md: SVG by gnuplot, the same bytes each time."""
import re
import subprocess

# Distinct also without colours: each line has its own kind of points.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]
GREETINGS = [("as-is", "greeting as it is"), ("masked", "greeting masked"),
             ("forged", "greeting forged")]

HEAD = """set encoding utf8
set terminal svg size {width},{height} font "sans-serif,14" \
  background "#ffffff" linewidth 1.3
set border 3 linecolor "#444444"
set tics nomirror
set grid ytics linecolor "#dddddd"
"""


def quoted(text):
    """A text between gnuplot's double quotes, without its markup."""
    return re.sub(r'[^ -~]', "?", text).replace("\\", "\\\\").replace(
        '"', "'").replace("_", "\\\\_").replace("{", "(").replace("}", ")")


def block(name, rows):
    """Data as gnuplot reads it; what was not measured is left out."""
    lines = [" ".join(f'"{quoted(v)}"' if isinstance(v, str) else repr(v)
                      for v in row) for row in rows]
    return f"${name} << EOD\n" + "\n".join(lines) + "\nEOD\n"


def draw(path, title, size, script):
    """Runs gnuplot; what it says about itself stays out of the picture."""
    script = HEAD.format(width=size[0], height=size[1]) + script
    svg = subprocess.run(["gnuplot"], input=script, text=True, check=True,
                         capture_output=True).stdout
    svg = re.sub(r"<desc>.*?</desc>\n?", "", svg, flags=re.S)
    svg = re.sub(r"<title>Gnuplot</title>", f"<title>{title}</title>", svg)
    with open(path, "w", encoding="utf-8") as f:
        f.write(svg)


def bars(figure):
    return [figure["value"], figure["low"], figure["high"]]


def legend():
    """One line below all panels."""
    points = [(text, 5 + 2 * g, 1.0, COLOURS[g])
              for g, (_, text) in enumerate(GREETINGS)]
    points.append(("2007: named, right or not", 6, 1.4, "#444444"))
    return "".join(
        f'set label {i + 1} "{text}" at screen {0.08 + 0.22 * i},0.03 left '
        f'offset 1.5,-0.25 point pointtype {kind} pointsize {size} '
        f'linecolor rgb "{colour}"\n'
        for i, (text, kind, size, colour) in enumerate(points))


def ladder(path, part, plans):
    """One panel a plan: a line a state of the greeting, and 2007."""
    script = ("set multiplot layout {},2 margins 0.07,0.98,0.13,0.90 "
              "spacing 0.08,0.15\nunset key\n").format((len(plans) + 1) // 2)
    for number, plan in enumerate(plans):
        rungs = list(dict.fromkeys(r["rung"] for r in part[plan]))
        tics = ", ".join(f'"{quoted(r)}" {i}' for i, r in enumerate(rungs))
        lines, data = [], ""
        for g, (key, _) in enumerate(GREETINGS):
            rows = [[rungs.index(r["rung"]) + (g - 1) * 0.06] +
                    bars(r["micro"]) for r in part[plan]
                    if r["greeting"] == key and r["micro"]]
            if not rows:
                continue
            name = f"p{number}g{g}"
            data += block(name, rows)
            style = f'linecolor rgb "{COLOURS[g]}" pointtype {5 + 2 * g}'
            lines.append(f'${name} using 1:2 with lines {style} notitle')
            lines.append(f'${name} using 1:2:3:4 with yerrorbars {style} '
                         'notitle')
        then = [[rungs.index(r["rung"]), r["named_2007"]]
                for r in part[plan]
                if r["greeting"] == "as-is" and r["named_2007"]]
        if then:
            data += block(f"then{number}", then)
            lines.append(f'$then{number} using 1:2 with points pointtype 6 '
                         'pointsize 1.4 linecolor rgb "#444444" notitle')
        script += (data + f'set title "plan {quoted(plan)}"\n'
                   f"set xtics ({tics}) rotate by 0 font ',12'\n"
                   f"set xrange [-0.3:{len(rungs) - 0.7}]\n"
                   "set yrange [0:1.05]\nset ytics 0.2\n"
                   'set ylabel "accuracy (share of deployments)" '
                   "offset 1.5\n" +
                   (legend() if number == 0 else "unset label\n") +
                   "plot " + ", ".join(lines) + "\n")
    draw(path, "What each kind of evidence adds, by plan",
         (1000, 60 + 340 * ((len(plans) + 1) // 2)), script)


def reliability(path, bins):
    """Confidence given and share right, of bins of equal mass."""
    rows = [[b["confidence"], b["right"]] for b in bins]
    mean = sum(b["deployments"] for b in bins) / len(bins)
    low = min(min(r[0], r[1]) for r in rows)
    low = max(0.0, int(low * 10) / 10 - 0.1)
    script = block("bins", rows) + f"""
set xrange [{low}:1.02]
set yrange [{low}:1.02]
set xlabel "confidence given (mean of the bin)"
set ylabel "right (share of the bin's deployments)" offset 1
set key above left vertical
set size ratio -1
set grid xtics ytics
plot x linecolor "#888888" dashtype 2 title "perfectly calibrated", \\
  $bins using 1:2 with linespoints linecolor rgb "{COLOURS[0]}" pointtype 6 \\
  title "bins of equal mass ({mean:.1f} deployments each)"
"""
    draw(path, "Confidence given and share right", (640, 660), script)


def confusions(path, pairs):
    """The worst pairs, most frequent on top."""
    count = len(pairs)
    rows = [[p["deployments"], count - i] for i, p in enumerate(pairs)]
    tics = ", ".join(
        f'"{quoted(p["truth"])} \u2192 {quoted(p["answer"])}" {count - i}'
        for i, p in enumerate(pairs))
    most = max(p["deployments"] for p in pairs)
    script = block("pairs", rows) + f"""
unset grid
set grid xtics linecolor "#dddddd"
set ytics ({tics}) font ',13' scale 0
set yrange [0.4:{count + 0.6}]
set xrange [0:{most * 1.12}]
set xlabel "deployments (truth \u2192 answer)"
set style fill solid 0.8 noborder
unset key
plot $pairs using (0):2:(0):1:($2-0.35):($2+0.35) with boxxyerror \\
  linecolor rgb "{COLOURS[1]}", \\
  $pairs using 1:2:(sprintf("%.1f", $1)) with labels left offset 0.6,0
"""
    draw(path, "The worst confusions", (860, 110 + 34 * count), script)


def curve(path, points):
    """Accuracy against deployments a product; all stand last."""
    at = [p["deployments_per_product"] for p in points]
    most = 2 * max((n for n in at if n), default=1)
    at = [n or most for n in at]
    data, lines = "", []
    for i, (key, text) in enumerate((("micro", "deployments equal (micro)"),
                                     ("macro", "products equal (macro)"))):
        rows = [[n * (0.985 + 0.03 * i)] + bars(p[key])
                for n, p in zip(at, points) if p[key]]
        data += block(key, rows)
        style = f'linecolor rgb "{COLOURS[i]}" pointtype {5 + 2 * i}'
        lines.append(f'${key} using 1:2 with lines {style} notitle')
        lines.append(f'${key} using 1:2:3:4 with yerrorbars {style} '
                     f'title "{text}"')
    tics = ", ".join(f'"{p["deployments_per_product"] or "all"}" {n}'
                     for n, p in zip(at, points))
    low = min(p[k]["low"] for p in points for k in ("micro", "macro") if p[k])
    low = max(0.0, int(low * 10) / 10)
    script = data + f"""
set logscale x 2
set xrange [{min(at) / 1.2}:{max(at) * 1.2}]
set yrange [{low}:1.01]
set xtics ({tics})
set xlabel "deployments a product learned from, at most"
set ylabel "accuracy" offset 1
set key bottom right
plot {", ".join(lines)}
"""
    draw(path, "Learning curve", (760, 480), script)
