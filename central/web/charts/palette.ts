/** The page's colours as the chart engine wants them: it knows no CSS variables. */
export interface Palette {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly surface: string;
  readonly quiet: string;
  /** Families by name: the engine measures labels with it, and cannot with `inherit`. */
  readonly font: string;
}

/** Reads the colours of the ground that the page is on now. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: of('--ink'),
    muted: of('--muted'),
    line: of('--line'),
    accent: of('--accent-text'),
    surface: of('--surface'),
    quiet: of('--edge'),
    font: getComputedStyle(document.body).fontFamily,
  };
}
