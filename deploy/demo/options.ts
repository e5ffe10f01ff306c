import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly pack: string;
  readonly portBase: number;
  readonly seed: number;
  /** How often each shopper pays. */
  readonly visits: number;
}

export const DEMO_HELP = `usage: npm start -- [options]

Starts a city with two streets on this machine, enrols 20 people from the sample photos, plays 80 payments, 10
strangers and 10 attacks at four terminals, cuts the link to central for 20 s meanwhile, reconciles, and stays up.

  --once          end after the scripted part; exit code 0 when everything held, 1 when not
  --json          the last line is the summary as JSON
  --pack NAME     model pack: open (default), open-fused, openvino or fused
  --port-base N   first of the ports used (default 7400); 0 takes free ones
  --seed N        another play: order, amounts, light, noise (default 1)
  --visits N      a shorter or longer play: how often each of the 20 pays (1-100, default 4)
  --help          this text

The cameras are simulated: they play photos, and depth is made from the face's shape and a model of the sensor.
`;

/** The command line was not understood; the message says why. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
}

/** @returns the options, or `help` */
export function parseDemoOptions(argv: readonly string[]): DemoOptions | 'help' {
  const { values } = parse(argv);
  if (values.help) return 'help';
  return {
    once: values.once,
    json: values.json,
    pack: values.pack,
    portBase: wholeNumber(values['port-base'], '--port-base', { max: 65_000 }),
    seed: wholeNumber(values.seed, '--seed', { max: 2 ** 31 }),
    visits: wholeNumber(values.visits, '--visits', { min: 1, max: 100 }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        pack: { type: 'string', default: 'open' },
        'port-base': { type: 'string', default: '7400' },
        seed: { type: 'string', default: '1' },
        visits: { type: 'string', default: '4' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new OptionsError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(
  text: string,
  name: string,
  { min = 0, max }: { readonly min?: number; readonly max: number },
): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new OptionsError(`${name} takes a whole number from ${min} to ${max}`);
  }
  return value;
}
