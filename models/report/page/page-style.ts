/** The street's colours and sizes; light on paper whatever the screen was. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:#f6f5f2;--surface:#fff;--ink:#1a1a18;--muted:#5b5952;--line:#dcd9d1;--accent:#b30e29}
@media screen and (prefers-color-scheme:dark){:root{--ground:#131312;--surface:#1d1d1b;--ink:#f3f1ec;--muted:#b3afa5;--line:#383733;--accent:#ff7d8a}}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans SC",sans-serif;font-variant-numeric:tabular-nums}
body{margin:0 auto;padding:32px 16px 64px;max-width:816px}
h1{font-size:32px;line-height:1.2;margin:0 0 8px;text-wrap:balance}
h2{font-size:24px;line-height:1.25;margin:64px 0 16px;padding-top:16px;border-top:2px solid var(--accent)}
h3{font-size:16px;line-height:1.4;margin:0;text-wrap:pretty}
p{margin:0 0 16px;max-width:68ch}
.measure,.caption,.about{color:var(--muted);font-size:14px}
.measure{margin:4px 0 16px}
.caption{margin:24px 0 4px;max-width:none}
.about{margin:0 0 24px}
.findings{list-style:none;margin:0 0 24px;padding:0;display:grid;gap:8px}
.findings li{background:var(--surface);border:1px solid var(--line);border-left:4px solid var(--accent);border-radius:8px;padding:12px 16px;text-wrap:pretty}
nav ul{display:flex;flex-wrap:wrap;gap:0 24px;list-style:none;margin:0;padding:0}
nav a{color:inherit;display:inline-block;padding:8px 0}
figure{background:var(--surface);border:1px solid var(--line);border-radius:12px;margin:0 0 24px;padding:24px 32px;overflow:hidden}
.plot{display:block;max-width:100%;height:auto;overflow:visible}
.narrow{display:none}
.table{overflow-x:auto;margin:0 0 24px}
figure .table:last-child{margin-bottom:0}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 16px 6px 0;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:last-child,td:last-child{padding-right:0}
th:first-child{text-align:left}
thead th{font-weight:600;color:var(--muted);vertical-align:bottom}
tbody th{font-weight:400}
td{white-space:nowrap}.text td,.text th{text-align:left;white-space:normal}
summary{cursor:pointer;line-height:48px}
dl{margin:0}dt{font-weight:600}dd{margin:0 0 12px;max-width:68ch}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
@media (max-width:640px){
body{padding:24px 16px}h1{font-size:24px}
figure{padding:16px;margin-inline:0}.wide{display:none}.narrow{display:block}
thead th{white-space:nowrap}tbody th{min-width:120px}
}
@media print{
:root{--ground:#fff}html{font-size:13px}body{max-width:none;padding:0}nav,details{display:none}
.wide{display:block}.narrow{display:none}figure{padding:12px 16px}
figure,tr,.findings li{break-inside:avoid}h2{break-after:avoid;margin-top:32px}.table{overflow:visible}
}
`.trim();
