import type { Stack } from '../stack/stack.ts';
import { SHOPPERS } from './cast.ts';
import { runDemo } from './demo.ts';
import { DEMO_HELP, type DemoOptions, OptionsError, parseDemoOptions } from './options.ts';
import { broken, type DemoSummary } from './summary.ts';

const EXIT = { held: 0, broken: 1, usage: 2, interrupted: 130 } as const;

/** With `--json` only the summary goes to stdout. */
function speaker(options: DemoOptions): (text: string) => void {
  const out = options.json ? process.stderr : process.stdout;
  return (text) => void out.write(`${text}\n`);
}

function report(options: DemoOptions, summary: DemoSummary): number {
  const say = speaker(options);
  const failed = broken(summary, { enrolled: SHOPPERS.length });
  say(JSON.stringify(summary, null, 2));
  for (const claim of failed) say(`DID NOT HOLD: ${claim}`);
  if (failed.length === 0) say('All held.');
  return failed.length === 0 ? EXIT.held : EXIT.broken;
}

function addresses(stack: Stack): string {
  const hubs = stack.hubs.map(
    (hub) =>
      `  ${hub.streetId}: console ${hub.url}/console/login?token=${hub.adminToken}\n` +
      `  ${' '.repeat(hub.streetId.length)}  kiosk   ${hub.url}/kiosk/`,
  );
  return `\nPages:\n  city: ${stack.central.url}/api/sign-in/operator?token=${stack.central.adminToken}\n${hubs.join('\n')}\nCtrl-C stops everything.`;
}

async function main(): Promise<number> {
  const options = parseDemoOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(DEMO_HELP);
    return EXIT.held;
  }
  const abort = new AbortController();
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        abort.abort();
        resolve();
      });
    }
  });
  const say = speaker(options);
  try {
    const { stack, summary } = await runDemo(options, say, abort.signal);
    const code = report(options, summary);
    if (!options.once) {
      say(addresses(stack));
      await interrupted;
      say('stopping');
    }
    await stack.stop();
    if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
    return code;
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    return EXIT.interrupted;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof OptionsError)) throw error;
  process.stderr.write(`${error.message}\n\n${DEMO_HELP}`);
  process.exitCode = EXIT.usage;
}
