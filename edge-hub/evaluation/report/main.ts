import { USAGE_EXIT_CODE } from '../../../shared/kernel/command-line.ts';
import { runReportRecognition } from './command.ts';

const [what, ...rest] = process.argv.slice(2);
if (what === 'recognition') process.exitCode = await runReportRecognition(rest);
else {
  process.stderr.write('report what? recognition\n');
  process.exitCode = USAGE_EXIT_CODE;
}
