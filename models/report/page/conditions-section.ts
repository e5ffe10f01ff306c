import type { RecognitionReport } from '../recognition-report.ts';
import type { Section } from './markup.ts';
import { chosenPercent, megabytes, whole } from './numbers.ts';

export function conditionsSection({ conditions, imageSet }: RecognitionReport): Section {
  const { software, machine, pack, settings, startedAt, endedAt } = conditions;
  return {
    id: 'conditions',
    title: 'Conditions',
    parts: [
      {
        caption: 'What was measured, with what, and when',
        head: ['Condition', 'Here'],
        isText: true,
        rows: [
          ['Set of pictures', imageSet.label ?? 'not named'],
          ['Measured', `${moment(startedAt)} to ${moment(endedAt)} UTC`],
          ['Model pack', `${pack.id}: ${pack.summary}`],
          ['Embedding', `${whole(pack.dimension)} values`],
          [
            'Software',
            `wuma ${software.wuma}, Node ${software.node}, onnxruntime-node ${software.onnxruntime}`,
          ],
          [
            'Machine',
            `${machine.cpu}, ${machine.cores} cores, ${megabytes(machine.memoryBytes)}, ${machine.system}`,
          ],
          [
            'Pictures taken',
            settings.limit === null
              ? 'all of the set'
              : `of people drawn by lot, until there were ${whole(settings.limit)}`,
          ],
          ['Lots drawn by', `seed ${settings.seed}`],
          [
            'Intervals',
            `${chosenPercent(settings.confidence)}; bootstrap of ${whole(settings.replicates)} replicates over people`,
          ],
          ['Regulars among the enrolled', chosenPercent(settings.regulars)],
          [
            'Thresholds of the pack',
            Object.entries(pack.thresholds)
              .map(([name, value]) => `${name} ${value}`)
              .join(', '),
          ],
        ],
      },
      {
        caption: 'Networks of the pack',
        head: ['Role', 'File', 'Size', 'Licence as stated', 'sha256 begins'],
        isText: true,
        rows: pack.models.map(({ role, file, bytes, licence, sha256 }) => [
          role,
          file,
          megabytes(bytes),
          licence,
          sha256.slice(0, 16),
        ]),
      },
    ],
  };
}

function moment(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
