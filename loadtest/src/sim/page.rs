//! The page: a plot and a table for each scenario. One file, nothing loaded.

use std::fmt::Write as _;

use super::plot::plot;
use super::{Outcome, Row, kilobits};

const STYLE: &str = r#"
:root { color-scheme: light dark; --ink: #1c1f26; --soft: #5b6270; --line: #d5d9e0; --paper: #fff;
  --capacity: #8a93a3; --sent: #2f6fdf; --estimate: #c2410c; --layer: #15803d; --frozen: #dc262640; --paused: #9333ea26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --soft: #a2a9b6; --line: #343a46; --paper: #14171c;
  --capacity: #7d8696; --sent: #7aa7ff; --estimate: #fb923c; --layer: #4ade80; --frozen: #f8717155; --paused: #c084fc33; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 .25rem; } p { margin: .25rem 0; color: var(--soft); }
svg { width: 100%; height: auto; display: block; margin: .75rem 0; }
svg text { font: 11px system-ui, sans-serif; fill: var(--soft); } .end { text-anchor: end; } .middle { text-anchor: middle; }
polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; } .grid { stroke: var(--line); }
.phase { stroke: var(--soft); stroke-dasharray: 3 3; } .capacity { stroke: var(--capacity); stroke-dasharray: 6 4; }
.sent { stroke: var(--sent); } .estimate { stroke: var(--estimate); } .layer { stroke: var(--layer); stroke-width: 2.5; }
.frozen { fill: var(--frozen); } .paused { fill: var(--paused); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; } :is(th, td):first-child { text-align: left; } .key { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.key span::before { content: ""; display: inline-block; width: 1.4em; height: .7em; margin-right: .4em; background: var(--of); }
.bad { color: #dc2626; }
"#;

const KEY: [(&str, &str); 6] = [
    ("capacity", "what the link carries"),
    ("estimate", "what the SFU believes"),
    ("sent", "what it sends"),
    ("layer", "layer seen"),
    ("frozen", "picture stands still"),
    ("paused", "picture paused, and the viewer told"),
];

pub(super) fn page(outcomes: &[Outcome]) -> String {
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>Networks, simulated</title><style>{STYLE}</style>\
         <h1>Networks, simulated</h1><p>One camera in three layers of 150, 500 and 1,700 kbit/s and a microphone, through \
         the SFU's core, to viewers on networks that people have.</p><p class=\"key\">"
    );
    for (name, meaning) in KEY {
        let _ = write!(page, r#"<span style="--of: var(--{name})">{meaning}</span>"#);
    }
    page += "</p>";
    for outcome in outcomes {
        section(&mut page, outcome);
    }
    page + "</html>\n"
}

fn section(page: &mut String, outcome: &Outcome) {
    let (name, title) = (outcome.scenario.name, outcome.scenario.title);
    let _ = write!(page, "<h2 id=\"{name}\">{name}</h2><p>{title}</p>");
    for viewed in &outcome.played.viewers {
        if outcome.played.viewers.len() > 1 {
            let _ = write!(page, "<p>Viewer {}</p>", viewed.viewer);
        }
        let label = format!("{name}, viewer {}: rates and layers over time", viewed.viewer);
        *page += &plot(&label, &viewed.samples, outcome.played.elapsed, &outcome.played.phases);
    }
    *page += "<div class=\"scroll\"><table><tr><th>part</th><th>viewer</th><th>link</th><th>estimate</th><th>sent</th>\
              <th>low</th><th>middle</th><th>top</th><th>freezes</th><th>frozen</th><th>paused</th></tr>";
    outcome.rows.iter().for_each(|of| row(page, of));
    *page += "</table></div>";
    for failure in &outcome.failures {
        let _ = write!(page, "<p class=\"bad\">{}</p>", escape(failure));
    }
}

fn row(page: &mut String, row: &Row) {
    let [low, middle, top] = row.layers;
    let cells = [
        row.phase.to_owned(),
        row.viewer.to_string(),
        kilobits(row.capacity),
        kilobits(row.estimate),
        kilobits(Some(row.sent)),
        format!("{low:.1} s"),
        format!("{middle:.1} s"),
        format!("{top:.1} s"),
        row.freezes.to_string(),
        format!("{:.1} s", row.frozen.as_secs_f64()),
        format!("{:.1} s", row.paused),
    ];
    *page += "<tr>";
    for cell in cells {
        let _ = write!(page, "<td>{cell}</td>");
    }
    *page += "</tr>";
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
