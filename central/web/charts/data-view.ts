import type { EChartsCoreOption } from 'echarts/core';

/** What a card shows: a chart, and the same as a table. */
export interface DataView {
  /** Undefined where there is nothing to draw. */
  readonly option: EChartsCoreOption | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}
