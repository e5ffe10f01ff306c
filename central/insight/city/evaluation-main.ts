import { required, runCommandLine } from '../../../shared/kernel/command-line.ts';
import { type CityEvaluation, evaluateCity } from './evaluate-city.ts';

const HELP = `Looks for what was planted in a simulated city (wuma city), scores its companies, and attacks what is told of it.

  wuma evaluate insight --city DIR [--json]

  --city DIR  the city's folder
  --json      one line of JSON: {"findings":[{"effect","planted","seen","found"}],"score":{"auc","companies","bad",
              "reasonsExact"},"attacks":[{"attack","tried","learnt"}],"ok"}

The score is the classic scorecard's (WOE), five-fold, on how companies sold and nothing else. Attacks: cells of fewer than ten;
hidden cells worked out from sums; answers with and without one person; asking again after a person's payments have gone; joining
two shops' customers. Exit code 1 where something was not found, the score does not rank (area under ROC below 0.65), or an attack
learnt anything.
`;

process.exitCode = await runCommandLine(
  {
    help: HELP,
    options: { city: { type: 'string' }, json: { type: 'boolean', default: false } },
    run: async (values, { writeOut, writeError }) => {
      const result = await evaluateCity(required(values.city, 'city'), (text) =>
        writeError(`${text}\n`),
      );
      writeOut(values.json ? `${JSON.stringify(result)}\n` : tableOf(result));
      return result.ok ? 0 : 1;
    },
  },
  process.argv.slice(2),
);

function tableOf({ findings, score, attacks }: CityEvaluation): string {
  return [
    ...findings.map(
      ({ effect, planted, seen, found }) =>
        `${found ? 'found    ' : 'NOT FOUND'} ${effect}: planted ${planted}; seen ${seen || 'nothing'}`,
    ),
    score
      ? `score: area under ROC ${score.auc.toFixed(3)} (${score.bad} of ${score.companies} companies fail)`
      : 'score: too few companies fail',
    ...attacks.map(({ attack, tried, learnt }) => `${attack}: ${learnt} of ${tried} learnt`),
    '',
  ].join('\n');
}
