import type { Palette } from './palette.ts';

/** Parts that charts are put together from, in the page's colours. */

export function frame(palette: Palette) {
  return {
    aria: { enabled: true },
    animation: false,
    textStyle: { color: palette.ink, fontSize: 14, fontFamily: palette.font },
    grid: { left: 8, right: 24, top: 16, bottom: 8, containLabel: true },
    tooltip: { trigger: 'axis', confine: true },
  };
}

export function heat(
  palette: Palette,
  { most, unit }: { readonly most: number; readonly unit: string },
) {
  return {
    ...frame(palette),
    tooltip: { confine: true, formatter: `{c} ${unit}` },
    visualMap: {
      min: 0,
      max: Math.max(1, most),
      show: false,
      inRange: { color: [palette.line, palette.accent] },
    },
  };
}

export function categories(data: readonly string[], palette: Palette) {
  return {
    type: 'category',
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.muted, hideOverlap: true },
  };
}

export function values(palette: Palette, unit = '') {
  return {
    type: 'value',
    min: 0,
    axisLabel: { color: palette.muted, formatter: `{value} ${unit}` },
    splitLine: { lineStyle: { color: palette.line } },
  };
}

export function bars(name: string, data: readonly (number | string)[], colour: string) {
  return { type: 'bar', name, data, itemStyle: { color: colour }, barMaxWidth: 32 };
}

export function line(name: string, data: readonly number[], colour: string) {
  return {
    type: 'line',
    name,
    data,
    symbol: 'none',
    color: colour,
    lineStyle: { color: colour, width: 2 },
  };
}
