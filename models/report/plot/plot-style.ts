/** What a mark of a plot stands for; tones differ in lightness too, and every mark has its words. */
export type Tone = 'accent' | 'second' | 'third' | 'quiet';

const LIGHT = `--ink:#1a1a18;--muted:#5b5952;--line:#dcd9d1;--accent:#b30e29;--second:#1f5f99;--third:#8a6100;--quiet:#85827a`;
const DARK = `--ink:#f3f1ec;--muted:#b3afa5;--line:#383733;--accent:#ff7d8a;--second:#7db8f0;--third:#ffc145;--quiet:#8a867c`;

/** One style for all plots: colours of the street's pages, dark where the reader's screen is, light on paper. */
export const PLOT_STYLE = `
.plot{${LIGHT};font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans SC",sans-serif;font-variant-numeric:tabular-nums}
@media screen and (prefers-color-scheme:dark){.plot{${DARK}}}
.plot text{fill:var(--ink)}.plot .tick,.plot .axis{fill:var(--muted)}
.plot .start{text-anchor:start}.plot .middle{text-anchor:middle}.plot .end{text-anchor:end}
.plot line{stroke:var(--line)}.plot .base{stroke:var(--quiet)}
.plot .rule{stroke:var(--quiet);stroke-dasharray:4 4}
.plot .accent{--tone:var(--accent)}.plot .second{--tone:var(--second)}.plot .third{--tone:var(--third)}.plot .quiet{--tone:var(--quiet)}
.plot .curve{fill:none;stroke:var(--tone);stroke-width:2;stroke-linejoin:round}
.plot .area,.plot .band{fill:var(--tone);fill-opacity:.16;stroke:none}
.plot .dot{fill:var(--tone)}.plot .bar{fill:var(--tone)}
.plot .whisker{stroke:var(--tone);stroke-width:2}
.plot .target{fill:none;stroke:var(--ink);stroke-width:2}
.plot text.named{fill:var(--tone);font-weight:600}
`.trim();
