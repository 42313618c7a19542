//! Pictures of the figures, as text of SVG.

mod bars;
mod lines;

pub(crate) use self::{bars::bars, lines::lines};

/// Both pictures carry their own background, so that text can be read wherever they are shown.
const STYLE: &str = "\
<style>
text { font: 11px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 13px; font-weight: 600 }
.muted { fill: #59636e }
.card { fill: #ffffff }
.ours { fill: #d9480f }
.other { fill: #9db2cf }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.line { fill: none; stroke-width: 2; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.muted { fill: #9198a1 }
.card { fill: #0d1117 }
.ours { fill: #ff922b }
.other { fill: #4f6b94 }
.grid { stroke: #3d444d }
}
</style>
";

fn picture(width: f64, height: f64, title: &str, body: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n{STYLE}\
         <rect class=\"card\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n{body}</svg>\n"
    )
}

/// Text at a place; `more` are further attributes.
fn text(x: f64, y: f64, class: &str, more: &str, text: &str) -> String {
    let text = text.replace('`', "").replace('&', "&amp;").replace('<', "&lt;");
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\"{more}>{text}</text>\n")
}

const TO_THE_LEFT: &str = " text-anchor=\"end\"";
const CENTRED: &str = " text-anchor=\"middle\"";
