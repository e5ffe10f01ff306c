import { join } from 'node:path';
import { runChecks } from './check.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { runDoctor } from './doctor.mjs';
import { runForeground } from './forward.mjs';
import { interruptible } from './interrupt.mjs';
import { withSetupLock } from './lock.mjs';
import { ensureModels, packOf } from './models.mjs';
import { ensureNativeKernel } from './native-kernel.mjs';
import { ensureNatsServer } from './nats-server.mjs';
import { ensureNode } from './node-runtime.mjs';
import { ensurePages } from './pages.mjs';
import { ROOT } from './paths.mjs';
import { ensureTestTools } from './test-tools.mjs';

/**
 * What a command needs before it can run. Node and the dependencies come first, always.
 *
 * @typedef {'nats' | 'models' | 'kernel' | 'pages' | 'testTools'} Need
 */

/** Commands of `wuma` that use more than Node and the dependencies. */
const WUMA_NEEDS = {
  'bench index': ['kernel'],
  'bench intake': ['nats'],
  'bench latency': ['nats', 'models', 'kernel', 'pages'],
  'bench recognition': ['models'],
  'bench restart': ['kernel'],
  chaos: ['nats'],
  evaluate: ['models'],
  powercut: ['nats'],
  screenshots: ['nats', 'models', 'pages', 'testTools'],
};

const vitest = (args) => [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args];

const COMMANDS = {
  start: {
    needs: () => ['nats', 'models', 'kernel', 'pages'],
    run: (node, args) => runForeground(node, ['deploy/demo/main.ts', ...args]),
  },
  test: {
    needs: () => ['nats', 'models', 'kernel', 'pages', 'testTools'],
    run: (node, args) => runForeground(node, vitest(args)),
  },
  soak: {
    needs: () => ['nats', 'models', 'kernel', 'pages'],
    run: (node, args) => runForeground(node, ['test/soak/main.ts', ...args]),
  },
  wuma: {
    needs: ([name, what]) => WUMA_NEEDS[name] ?? WUMA_NEEDS[`${name} ${what}`] ?? [],
    run: (node, args) => runForeground(node, ['deploy/cli/main.ts', ...args]),
  },
  check: { needs: () => [], run: (node) => runChecks(node) },
  bench: {
    needs: () => ['nats', 'models', 'kernel', 'pages'],
    run: (node, args) => runForeground(node, ['test/bench/main.ts', ...args]),
  },
  docs: {
    needs: () => [],
    run: (node, args) => runForeground(node, ['deploy/docs/generate.ts', ...args]),
  },
};

/** @returns {boolean} */
export function isCommand(name) {
  return Object.hasOwn(COMMANDS, name);
}

/**
 * Sets up what the command needs, then runs it.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runCommand(name, args) {
  // doctor only tells, so it must work where nothing is set up
  if (name === 'wuma' && args[0] === 'doctor') return runDoctor(args.slice(1));
  const asksForHelp = args.includes('--help') || args.includes('-h');
  const command = COMMANDS[name];
  const node = await interruptible(() =>
    withSetupLock(() => setUp(asksForHelp ? [] : command.needs(args), args)),
  );
  return command.run(node, args);
}

async function setUp(needs, args) {
  const node = await ensureNode();
  await ensureDependencies(node);
  if (needs.includes('nats')) await ensureNatsServer();
  if (needs.includes('models')) await ensureModels(node, packOf(args));
  if (needs.includes('kernel')) await ensureNativeKernel(node);
  if (needs.includes('pages')) await ensurePages(node);
  if (needs.includes('testTools')) await ensureTestTools();
  return node;
}
