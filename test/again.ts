/**
 * What `.ci/run` does with files that failed: a few of them are played again, alone. One that passes twice in a row is unsteady: it is
 * told as such, with what it said when it failed, and does not stop the change; one that fails again has failed.
 * usage: node test/again.ts REPORTS, the folder that TEST_REPORTS named; exit code 0: all that failed was unsteady.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

/** Of vitest's JSON report. */
interface Report {
  success: boolean;
  testResults: {
    name: string;
    status: 'passed' | 'failed';
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

/** More than this is no matter of luck. */
const MOST = 6;
const TIMES = 2;
/** The hermetic suite, the real one, and conformance on the real server. */
const RUNS = 3;

const root = join(import.meta.dirname, '..');
const folder = process.argv[2];
if (folder === undefined) throw new Error('which folder has the reports?');

/** A failed file's path from the root; those that ran against the real API server apart from the others. */
const hermetic = new Map<string, string[]>();
const real = new Map<string, string[]>();
const reports = readdirSync(folder);
if (reports.length !== RUNS) process.exit(1); // one of them never came to its end
for (const file of reports) {
  const report: Report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const failed = report.testResults.filter(({ status }) => status === 'failed');
  // An error outside of all tests can't be played again.
  if (!report.success && failed.length === 0) process.exit(1);
  for (const { name, message, assertionResults } of failed) {
    const path = relative(root, name);
    const said = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split('\n')[0]}`);
    const onReal = path.startsWith('test/real/') || basename(file).startsWith('real-');
    (onReal ? real : hermetic).set(path, said.length > 0 ? said : [message.split('\n')[0] ?? '']);
  }
}

if (hermetic.size + real.size === 0 || hermetic.size + real.size > MOST) process.exit(1);

function passes(command: string, args: string[]): boolean {
  const env = { ...process.env, TEST_REPORTS: '' };
  return spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
for (let time = 0; time < TIMES; time++) {
  if (hermetic.size > 0 && !passes(process.execPath, [vitest, 'run', ...hermetic.keys()])) process.exit(1);
  if (real.size > 0 && !passes('npm', ['run', '-s', 'test:real', '--', ...real.keys()])) process.exit(1);
}
for (const [path, said] of [...hermetic, ...real]) {
  for (const line of said) console.log(`unsteady: ${path} ${line}`);
}
