/** The command tree: names, flags and help. What a command does is in commands/, loaded when it runs. */
import { Command, CommanderError, Option } from 'commander';
import { suggestion } from '../engine/expr/nearest.ts';
import { EFFECTS, FIELDS, flagOf } from '../engine/sim/faults/rule.ts';
import { EXIT, type ExitCode, Refusal } from './exit.ts';
import type { GlobalOptions } from './options.ts';
import { safe, say } from './tell.ts';

type Action<O> = (positional: string[], options: O & GlobalOptions) => Promise<ExitCode>;

const collect = (value: string, before: string[] = []) => [...before, value];

function shared(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig to use (default: KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', 'namespace (default: the context’s)')
    .option('-A, --all-namespaces', 'every namespace')
    .option('--as <user>', 'act as this user')
    .option('--as-group <group>', 'act as a member of this group (repeatable)', collect);
}

/** What commander has to say, as one line of ours. */
const output = {
  outputError: (text: string, write: (line: string) => void) =>
    write(safe(text.replace(/^error: /, 'opsdeck: ').replace(/\n\(Did you mean (.*)\?\)/, '; did you mean $1?'))),
};

const PLACEHOLDERS: Record<string, string> = { texts: 'text', count: 'n', fraction: 'p', ms: 'duration', seconds: 's' };

const FAULT_HELP = `
What it does (default: error):
${Object.entries(EFFECTS)
  .map(([name, { about }]) => `  ${name.padEnd(19)}${about}`)
  .join('\n')}
  ${'list'.padEnd(19)}what is set, and how often each struck
  ${'clear'.padEnd(19)}take all back, or the one whose id is given

Examples:
  opsdeck demo fault --verb update --resource configmaps --status 500 --after-effect --times 3
  opsdeck demo fault lose-status --resource pods/exec --times 1
  opsdeck demo fault stream-stall --verb watch --resource pods
  opsdeck demo fault crash-node --node node-b --ms 1m
`;

/** Runs one command line (without node and script). Resolves with the exit code; prints its own errors, one line each. */
export async function cli(args: string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const act =
    <O>(load: () => Promise<Action<O>>) =>
    async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const run = await load();
      code = await run(
        command.processedArgs.flat().filter((a): a is string => typeof a === 'string'),
        command.optsWithGlobals(),
      );
    };

  const program = shared(new Command('opsdeck'))
    .description('A terminal operations cockpit for databases and other stateful clusters on Kubernetes.')
    .version(`opsdeck ${__VERSION__}`, '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .option('--readonly', 'start nothing, change nothing')
    .option('-c, --command <command>', 'begin with this command, as after a colon: pods, runs, "pods /redis"')
    .addOption(new Option('--theme <name>', 'colours: a name of the shipped themes or a file'))
    .option('--ascii', 'draw with ASCII only')
    .option('--no-color', 'no colour (as NO_COLOR)')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput(output)
    .allowExcessArguments()
    .action(
      act(async () => {
        const [unknown] = program.args;
        if (unknown !== undefined) {
          const names = program.commands.map((command) => command.name());
          throw new Refusal(`there is no command "${unknown}"${suggestion(unknown, names)}`);
        }
        return (await import('./commands/cockpit.ts')).cockpit;
      }),
    );

  const sub = (name: string) =>
    shared(program.command(name)).exitOverride().configureOutput(output).allowExcessArguments(false);

  sub('run')
    .argument('[definition]', 'name of the operation')
    .description('run an operation and follow it; exit code 0 succeeded, 1 failed, 2 refused, 3 outcome unknown')
    .requiredOption('--cluster <name>', 'cluster to run it on; NAME or KIND.GROUP/NAME')
    .option('-p, --param <name=value>', 'a parameter (repeatable)', collect)
    .option('-f, --file <file>', 'take the definition from this file')
    .addOption(
      new Option('--source <source>', 'which one, where several have the name').choices([
        'cluster',
        'shipped',
        'opsdeck.dev',
        'opendbaas.infracreate.com',
      ]),
    )
    .option('--dry-run', 'print the plan and start nothing')
    .option('--confirm <cluster>', 'the cluster’s name: run what destroys without being asked')
    .option('--name <name>', 'name of the run (default: made from the definition)')
    .addOption(new Option('-o, --output <format>', 'output').choices(['text', 'json', 'yaml']).default('text'))
    .action(
      act(async () => {
        (await import('./run/early.ts')).beforeStart();
        return (await import('./commands/run.ts')).run;
      }),
    );

  sub('get')
    .argument('<what>', 'clusters, instances, runs or definitions')
    .argument('[name]')
    .description('list what the cockpit shows')
    .addOption(
      new Option('-o, --output <format>', 'output').choices(['table', 'wide', 'json', 'yaml', 'name']).default('table'),
    )
    .option('-l, --selector <selector>', 'label selector')
    .option('--cluster <name>', 'only what belongs to this cluster')
    .option('--no-headers', 'leave the header line out')
    .action(act(async () => (await import('./commands/get.ts')).get));

  sub('describe')
    .argument('<what>', 'run or cluster')
    .argument('<name>')
    .description('tell the whole story of a run from its journal (-f follows it to its end), or of a cluster')
    .option('-f, --follow', 'follow until it ends')
    .addOption(new Option('-o, --output <format>', 'output').choices(['text', 'json', 'yaml']).default('text'))
    .action(act(async () => (await import('./commands/describe.ts')).describe));

  sub('cancel')
    .argument('<run>')
    .description('ask for the end of a run and wait for it')
    .action(act(async () => (await import('./commands/cancel.ts')).cancel));

  sub('resolve')
    .argument('<run>')
    .argument('<word>', 'happened, did-not (it is run again) or abort')
    .description('say what became of a run whose outcome is unknown')
    .requiredOption('--reason <text>', 'why; kept with the run')
    .action(act(async () => (await import('./commands/resolve.ts')).resolve));

  sub('adopt')
    .argument('<run>')
    .description('take over a run of somebody else that is kept in a ConfigMap, after a look at what it would run')
    .option('-f, --file <file>', 'its definition, where that is not in the cluster')
    .option('--confirm <word>', 'adopt: take it over without being asked')
    .addOption(new Option('-o, --output <format>', 'output').choices(['text', 'json', 'yaml']).default('text'))
    .action(act(async () => (await import('./commands/adopt.ts')).adopt));

  sub('validate')
    .argument('<file...>', 'YAML or JSON; - is the standard input')
    .description('check OpsDefinition, OpsRequest and Provider documents; exit code 0 valid, 1 invalid, 2 unreadable')
    .addOption(new Option('-o, --output <format>', 'output').choices(['text', 'json']).default('text'))
    .action(act(async () => (await import('./commands/validate.ts')).validate));

  sub('install')
    .description('print what to install in the cluster, for: kubectl apply -f -')
    .option('--crds', 'the CustomResourceDefinitions')
    .action(act(async () => (await import('./commands/install.ts')).install));

  sub('operator')
    .description('run the engine alone, without a screen, until stopped')
    .option(
      '--trust-configmaps',
      'execute runs kept in ConfigMaps whoever wrote them, with the rights of this operator',
    )
    .action(act(async () => (await import('./commands/operator.ts')).operator));

  const demo = sub('demo')
    .argument('[action]', 'break: have a running demo break something (fault: see below)')
    .argument('[what]', 'what to break')
    .description('open the cockpit on an embedded, simulated cluster; nothing else is needed')
    .option('--serve', 'serve the cluster without a screen until stopped; the first line is the path of a kubeconfig')
    .option('--empty', 'a cluster with nothing on it')
    .option('--port <port>', 'serve on this port of 127.0.0.1 (default: any free one)')
    .option('--size <pods>', 'make it large: 10000, 50k, 100k pods')
    .option('--cluster <name>', 'whose primary, disk or pod to break; NAMESPACE/NAME')
    .action(act(async () => (await import('./commands/demo.ts')).demo));

  const fault = demo
    .command('fault')
    .argument('[what]', 'one of those below, list, or clear')
    .argument('[id]', 'with clear: only this one')
    .description('have a running demo fail on purpose: which requests, streams or events, how often, and how')
    .exitOverride()
    .configureOutput(output)
    .allowExcessArguments(false)
    .addHelpText('after', FAULT_HELP)
    .action(act(async () => (await import('./commands/fault.ts')).fault));
  for (const [field, { kind, about }] of Object.entries(FIELDS))
    fault.option(`--${flagOf(field)}${kind === 'flag' ? '' : ` <${PLACEHOLDERS[kind] ?? kind}>`}`, about);

  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof Refusal) {
      say(`opsdeck: ${error.message}`);
      return error.code;
    }
    throw error;
  }
}
