import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import {
  type AssociationRule,
  associationRules,
  countRules,
  type MinedBaskets,
  mineBaskets,
} from '../insight/association/association-rules.ts';
import { BasketCollector, type Baskets } from '../insight/association/baskets.ts';

const HELP = `Finds what is bought together: rules "who buys all of these also buys that".

  wuma evaluate rules --baskets FILE --support S --confidence C [--print] [--top N] [--most-itemsets N] [--json]

  --baskets FILE      one basket a line, items separated by commas (an item with commas in it in double quotes)
  --support S         share of all baskets that hold all items of a rule, at least; in (0, 1]
  --confidence C      share of the baskets with the left side that hold the right side too, at least; in [0, 1]
  --print             the rules too, strongest (highest lift) first
  --top N             the N strongest of them only
  --most-itemsets N   gives up beyond so many itemsets, about 30 bytes each (default 10000000)
  --json              one line of JSON on stdout: {"rules":463,"baskets":9835,"items":169,"itemsets":...}; with --print
                      also "list": [{"given":[..],"also":..,"count":..,"support":..,"confidence":..,"lift":..}, ...]

A rule has one item on the right and at least one on the left. A basket counts an item once.
`;

interface RulesEvaluation {
  readonly rules: number;
  readonly baskets: number;
  readonly items: number;
  /** Frequent ones, single items included. */
  readonly itemsets: number;
  readonly list?: readonly AssociationRule[];
}

/** `wuma evaluate rules`. @returns the exit code: 0 done, 2 wrong usage or an unreadable file, 1 else */
export function runEvaluateRules(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        baskets: { type: 'string' },
        support: { type: 'string' },
        confidence: { type: 'string' },
        print: { type: 'boolean', default: false },
        top: { type: 'string' },
        'most-itemsets': { type: 'string', default: '10000000' },
        json: { type: 'boolean', default: false },
      },
      run: async (values, { writeOut }) => {
        const top =
          values.top === undefined
            ? undefined
            : wholeNumber('top', values.top, { least: 1, most: 1e9 });
        const support = share('support', values.support);
        if (support === 0)
          throw new UsageError('--support is above 0: else every set of items counts');
        const limits = {
          support,
          confidence: share('confidence', values.confidence),
          mostItemsets: wholeNumber('most-itemsets', values['most-itemsets'], {
            least: 1,
            most: 5e7,
          }),
        };
        const mined = mineBaskets(await readBaskets(required(values.baskets, 'baskets')), limits);
        if (!mined.ok) {
          throw new UsageError(`more than ${limits.mostItemsets} itemsets: ask for more --support`);
        }
        const evaluation = evaluate(mined.value, { print: values.print || top !== undefined, top });
        writeOut(values.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
        return 0;
      },
    },
    argv,
    io,
  );
}

function evaluate(
  mined: MinedBaskets,
  { print, top }: { readonly print: boolean; readonly top: number | undefined },
): RulesEvaluation {
  const { baskets, itemsets } = mined;
  return {
    rules: countRules(mined),
    baskets: baskets.count,
    items: baskets.itemNames.length,
    itemsets: itemsets.trie.size,
    ...(print && {
      list: [...associationRules(mined)]
        .toSorted((a, b) => b.lift - a.lift || b.count - a.count || compareNames(a, b))
        .slice(0, top),
    }),
  };
}

function compareNames(a: AssociationRule, b: AssociationRule): number {
  const [p, q] = [a, b].map(({ given, also }) => [...given, also].join('\n'));
  return (p ?? '') < (q ?? '') ? -1 : 1;
}

/** @throws UsageError */
function share(option: string, text: string | undefined): number {
  const value = Number(required(text, option));
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`--${option} is a share from 0 to 1`);
}

async function readBaskets(path: string): Promise<Baskets> {
  const collector = new BasketCollector();
  const input = createReadStream(path, 'utf8');
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      collector.add(itemsIn(line));
    }
  } catch (error) {
    throw new UsageError(`${path} cannot be read`, { cause: error });
  }
  return collector.finish();
}

/** Items are what stands between commas, or in double quotes, without spaces around. */
function itemsIn(line: string): string[] {
  const fields = line.includes('"')
    ? (line.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? [])
    : line.split(',');
  return fields
    .map((field) =>
      field
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .replaceAll('""', '"')
        .trim(),
    )
    .filter((field) => field !== '');
}

function tableOf({ list, ...plain }: RulesEvaluation): string {
  const lines = Object.entries(plain).map(([name, value]) => `${name.padEnd(10)}${value}\n`);
  const rules = (list ?? []).map(
    ({ given, also, support, confidence, lift }) =>
      `${given.join(' + ')} => ${also}  support ${support.toFixed(4)}, confidence ${confidence.toFixed(3)}, lift ${lift.toFixed(2)}\n`,
  );
  return [...lines, ...rules].join('');
}
