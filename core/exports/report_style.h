// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace halfstep {

// The style sheet of the HTML report: light and dark after the reader's setting, and fit for paper.
inline constexpr std::string_view report_style = R"css(
:root { color-scheme: light dark;
  --page: #f6f7f8; --card: #ffffff; --ink: #1c2127; --soft: #626b76; --rule: #e2e5e9; --accent: #2f6fd6; --bad: #cf5527;
  --k0: #2f6fd6; --k1: #e08a3c; --k2: #4f9d69; --k3: #9a5fc4; --k4: #c9485b; --k5: #2f9aa8; --k6: #8a7a3d; --k7: #9aa3ad;
  --h0: #cf5527; --h1: #e98e63; --h2: #f6c7ad; --h3: #eceef0; --h4: #c5daf5; --h5: #86b1ea; --h6: #3f7edb;
  --t0: #ffffff; --t1: #1c2127; --t2: #1c2127; --t3: #1c2127; --t4: #1c2127; --t5: #1c2127; --t6: #ffffff; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171a; --card: #1c2025; --ink: #e7eaed; --soft: #9ba4af; --rule: #30363d; --accent: #6aa2f7; --bad: #f08a5d;
  --k0: #6aa2f7; --k1: #e5a263; --k2: #6fbf8b; --k3: #b78be0; --k4: #e5788a; --k5: #5bbcc9; --k6: #b3a263; --k7: #6d7681;
  --h0: #e2683a; --h1: #a54f2e; --h2: #66392a; --h3: #2d3339; --h4: #29425f; --h5: #2f62a3; --h6: #4d8df0;
  --t0: #14171a; --t1: #ffffff; --t2: #e7eaed; --t3: #e7eaed; --t4: #e7eaed; --t5: #ffffff; --t6: #14171a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 24px; }
h1 { font-size: 30px; line-height: 1.2; margin: 2px 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 2px; }
h3 { font: 600 12px/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; margin: 0 0 4px; overflow-wrap: anywhere; }
p { margin: 0; } .soft, .note { color: var(--soft); } .note { margin-bottom: 14px; }
.eyebrow { color: var(--accent); font-weight: 600; letter-spacing: .04em; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 20px 24px; margin-top: 20px;
  overflow-x: auto; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 20px; margin-top: 20px; }
.figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 14px 18px; }
.figures b { display: block; font-size: 25px; line-height: 1.3; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 22px 26px; }
svg { max-width: 100%; height: auto; display: block; }
svg text { fill: var(--ink); font-size: 12px; font-variant-numeric: tabular-nums; }
.label { font-weight: 600; } .value { font-weight: 600; } svg .small, svg .soft { fill: var(--soft); }
svg .small { font-size: 11px; } svg .name { font: 11px ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
svg .end { text-anchor: end; } svg .mid, svg .cell { text-anchor: middle; } svg .cell { font-size: 11px; }
.k0 { fill: var(--k0); } .k1 { fill: var(--k1); } .k2 { fill: var(--k2); } .k3 { fill: var(--k3); }
.k4 { fill: var(--k4); } .k5 { fill: var(--k5); } .k6 { fill: var(--k6); } .k7 { fill: var(--k7); }
.h0 { fill: var(--h0); } .h1 { fill: var(--h1); } .h2 { fill: var(--h2); } .h3 { fill: var(--h3); }
.h4 { fill: var(--h4); } .h5 { fill: var(--h5); } .h6 { fill: var(--h6); } .none { fill: none; }
svg .h0t { fill: var(--t0); } svg .h1t { fill: var(--t1); } svg .h2t { fill: var(--t2); } svg .h3t { fill: var(--t3); }
svg .h4t { fill: var(--t4); } svg .h5t { fill: var(--t5); } svg .h6t { fill: var(--t6); }
.chosen { stroke: var(--ink); stroke-width: 2px; }
.bar, .column { fill: var(--accent); } .column { fill-opacity: .75; }
.level { stroke: var(--bad); stroke-width: 1px; stroke-opacity: .65; } .axis { stroke: var(--soft); stroke-width: 1px; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--soft); font-weight: 600; border-bottom: 2px solid var(--rule); padding: 6px 10px 6px 0;
  white-space: nowrap; }
td { border-bottom: 1px solid var(--rule); padding: 4px 10px 4px 0; white-space: nowrap; }
td:first-child { font: 11.5px ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: normal; overflow-wrap: anywhere;
  min-width: 200px; }
.n { text-align: right; } tr.kept td { color: var(--soft); }
footer { color: var(--soft); font-size: 12px; margin: 22px 4px; }
@media print { body { background: none; } main { max-width: none; padding: 0; } section, .figures div { break-inside: avoid; } }
)css";

}  // namespace halfstep
