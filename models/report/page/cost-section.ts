import { rangePlot } from '../plot/range-plot.ts';
import { linearScale } from '../plot/scale.ts';
import type { RecognitionReport, TimeFigures } from '../recognition-report.ts';
import type { Figure, Section, Table } from './markup.ts';
import { megabytes, milliseconds, whole } from './numbers.ts';

const STAGES: Readonly<Record<string, string>> = {
  decode: 'decode the picture',
  detect: 'find the face, its mesh and quality',
  pad: 'colour network',
  embed: 'align and embed',
  networks: 'inside the networks, of all that',
};

export function costSection({ time, memory }: RecognitionReport): Section {
  return {
    id: 'cost',
    title: 'Time and memory',
    parts: [
      ...(time ? [timeFigure(time)] : [{ words: ['Time was not measured: see the end.'] }]),
      ...(memory ? [memoryTable(memory)] : []),
    ],
  };
}

function timeFigure({ looks, stagesMs, totalMs }: TimeFigures): Figure {
  const rows = [
    { name: 'whole look', ...totalMs },
    ...stagesMs.map(({ stage, ...spread }) => ({ name: STAGES[stage] ?? stage, ...spread })),
  ];
  const finding = `A look takes ${milliseconds(totalMs.p50)} in the median, and at most ${milliseconds(totalMs.p95)} in 19 of 20`;
  return {
    id: 'time',
    finding,
    measure: `milliseconds of one frame, one look at a time on one worker; dot: median, line: to the 95th percentile; ${whole(looks)} looks that came to their end`,
    plot: (width) =>
      rangePlot(
        {
          title: 'Time of a look by stage',
          description: finding,
          scale: linearScale(0, totalMs.p95 * 1.05),
          words: 'ms',
          rows: rows.map(({ name, p50, p95 }) => ({
            name,
            value: p50,
            low: p50,
            high: p95,
            tone: 'second' as const,
            words: milliseconds(p50),
          })),
        },
        width,
      ),
    table: {
      caption: 'Time of a look by stage. Whatever else ran on the machine is in it.',
      head: ['Stage', 'median', '95th percentile'],
      rows: rows.map(({ name, p50, p95 }) => [name, milliseconds(p50), milliseconds(p95)]),
    },
  };
}

function memoryTable(memory: NonNullable<RecognitionReport['memory']>): Table {
  const { residentBytes, modelBytes, templateBytes, indexBytesPerTemplate } = memory;
  return {
    caption:
      'Memory. Resident set of the measuring process, which holds the pictures’ embeddings besides.',
    head: ['What', 'Size'],
    rows: [
      ['before the networks are loaded', megabytes(residentBytes.before)],
      ['with the networks of one worker', megabytes(residentBytes.withOneWorker)],
      ['at its highest in the whole run', megabytes(residentBytes.highest)],
      ['files of the networks', megabytes(modelBytes)],
      ['a template (float32)', `${whole(templateBytes)} bytes`],
      ['a template in the gallery’s index', `${whole(indexBytesPerTemplate)} bytes`],
    ],
  };
}
