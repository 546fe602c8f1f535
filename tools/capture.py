#!/usr/bin/env python3
"""capture.py OUT.svg LINES COMMAND...: runs COMMAND with colours and draws its first LINES lines as an SVG terminal."""
import html
import os
import re
import subprocess
import sys

STYLES = {"0": None, "1": "font-weight:bold", "2": "fill:#8b949e", "1;97;41": "fill:#ff5d5d;font-weight:bold", "31": "fill:#ff7b72",
          "33": "fill:#e3b341", "36": "fill:#76e3ea", "32": "fill:#7ee787"}
COLUMNS, LINE, CHARACTER = 110, 18, 7.83


def main():
    out, count, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    shown = "$ " + " ".join(os.path.basename(command[0]) if i == 0 else part for i, part in enumerate(command))
    text = subprocess.run(command + ["--color", "always"], capture_output=True, text=True, env={**os.environ, "COLUMNS": str(COLUMNS)}).stdout
    lines = [shown] + text.splitlines()[:count] + ["..."]
    rows = []
    for number, line in enumerate(lines):
        style, pieces = None, []
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b["):
                style = STYLES.get(part[2:-1])
            elif part:
                attribute = f' style="{style}"' if style else ""
                pieces.append(f"<tspan{attribute}>{html.escape(part)}</tspan>")
        rows.append(f'<text x="16" y="{34 + number * LINE}" xml:space="preserve">{"".join(pieces)}</text>')
    width, height = int(COLUMNS * CHARACTER + 32), 34 + len(lines) * LINE
    with open(out, "w", encoding="utf-8") as f:
        f.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
                f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>\n'
                '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="13" fill="#e6edf3">\n'
                + "\n".join(rows) + "\n</g></svg>\n")


main()
