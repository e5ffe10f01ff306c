import type { EChartsCoreOption } from 'echarts/core';
import { type ReactElement, useEffect, useRef } from 'react';

/** A drawing of what the table below says; the engine comes when the first one is needed. */
export function Chart(props: {
  readonly option: EChartsCoreOption;
  readonly label: string;
  readonly size?: 'usual' | 'tall';
}): ReactElement {
  const { option, label, size = 'usual' } = props;
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    let over = false;
    let dispose = (): void => {};
    const draw = async (): Promise<void> => {
      const { startChart } = await import('./chart-engine.ts');
      if (!over) dispose = startChart(element, option);
    };
    void draw();
    return () => {
      over = true;
      dispose();
    };
  }, [option]);

  return <div ref={box} className="chart" data-size={size} role="img" aria-label={label} />;
}
