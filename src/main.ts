/** Entry of the program and of its engine worker: one bundled file serves both. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';

/** Folders in which this program keeps something. */
const FOLDERS = ['HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME'];

/** The path without links, as far as it is there. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(real(above), basename(path));
  }
}

if (isMainThread) {
  if (process.argv[2] === 'demo' && !process.argv.some((arg) => /^(break|fault|-h|--help)$/.test(arg)))
    (await import('./demo-thread.ts')).warmUp();
  const { EXIT } = await import('./exit.ts');
  const { say } = await import('./tell.ts');
  for (const name of FOLDERS) {
    const folder = process.env[name] ?? '';
    // Node's recursive mkdir never comes back from there.
    if (!/^\/(proc|sys)(\/|$)/.test(folder && real(folder))) continue;
    say(`opsdeck: ${name} is ${folder}, where nothing can be kept; set it to a folder of yours`);
    process.exit(EXIT.usage);
  }
  const { cli } = await import('./cli.ts');
  const { watchOutput } = await import('./pipe.ts');
  if (!process.stdout.isTTY) {
    watchOutput(process.stdout, (why) => {
      if (why !== '') say(`opsdeck: ${why}`);
      process.exit(why === '' ? EXIT.ok : EXIT.failed);
    });
  }
  if (!process.stderr.isTTY) process.stderr.on('error', () => {}); // nowhere is left to say it
  const args = process.argv.slice(2);
  const failed = async (error: unknown) => (await import('./unexpected.ts')).unexpected(error, args[0]);
  process.on('uncaughtException', (error) => {
    // The cockpit has a terminal to put right first.
    if (process.listenerCount('uncaughtException') === 1) void failed(error).then((code) => process.exit(code));
  });
  // Not process.exit: what is still in the pipes of stdout and stderr must reach them.
  process.exitCode = await cli(args).catch(failed);
} else if (workerData.role === 'demo') {
  const { runDemoWorker } = await import('./demo-worker.ts');
  await runDemoWorker();
} else {
  const { runEngineWorker } = await import('./worker.ts');
  runEngineWorker();
}
