/** The command line tools of the custom-ops design: elasticsearch-reset-password and elasticsearch-shard. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Tool, ToolCall } from '../../node/tool.ts';
import { type Groups, numberOf } from '../group.ts';
import { settle } from './allocation.ts';
import { pretty } from './reply.ts';
import { colorOfAll, docsOf, elasticOf, idOf, masterOf, nodeId } from './state.ts';

interface Option {
  /** The letter first, where there is one. */
  names: readonly string[];
  /** What its value is called; none takes none. */
  value?: string;
  /** As the help shows the value, where it does. */
  shown?: string;
  text?: string;
  required?: true;
}

const COMMON = {
  setting: { names: ['E'], value: 'KeyValuePair', shown: ' <KeyValuePair>', text: 'Configure a setting' },
  help: { names: ['h', 'help'], text: 'Show help' },
  silent: { names: ['s', 'silent'], text: 'Show minimal output' },
  verbose: { names: ['v', 'verbose'], text: 'Show verbose output' },
} satisfies Record<string, Option>;

const RESET: readonly Option[] = [
  COMMON.setting,
  { names: ['a', 'auto'] },
  { names: ['b', 'batch'] },
  {
    names: ['f', 'force'],
    text: 'Use this option to force execution of the command against a cluster that is currently unhealthy.',
  },
  COMMON.help,
  { names: ['i', 'interactive'] },
  COMMON.silent,
  {
    names: ['u', 'username'],
    value: 'username',
    text: 'The username of the user whose password will be reset',
    required: true,
  },
  { names: ['url'], value: 'url', text: 'the URL where the elasticsearch node listens for connections.' },
  COMMON.verbose,
];
const REMOVE: readonly Option[] = [
  COMMON.setting,
  { names: ['d', 'dir'], value: 'dir', text: 'Index directory location on disk' },
  COMMON.help,
  { names: ['index'], value: 'index', text: 'Index name' },
  COMMON.silent,
  { names: ['shard-id'], value: 'shard-id', shown: ' <Integer>', text: 'Shard id' },
  { names: ['truncate-clean-translog'], text: 'Truncate the translog even if it is not corrupt' },
  COMMON.verbose,
];
const SHARD: readonly Option[] = [COMMON.setting, COMMON.help, COMMON.silent, COMMON.verbose];

/** The table of options; texts are broken at `width`. */
function usage(options: readonly Option[], width = 53): string {
  const starred = options.some((option) => option.required);
  const rows = options.map(({ names, shown = '', text = '', required }) => ({
    left: `${required ? '* ' : ''}${names.map((name) => (name.length > 1 ? `--${name}` : `-${name}`)).join(', ')}${shown}`,
    lines: wrapped(text, width),
  }));
  const title = starred ? 'Option (* = required)' : 'Option';
  const left = Math.max(title.length, ...rows.map((row) => row.left.length));
  const right = Math.max('Description'.length, ...rows.flatMap((row) => row.lines.map((line) => line.length)));
  const line = (a: string, b: string) => `${a.padEnd(left)}  ${b.padEnd(right)}\n`;
  return (
    line(title, 'Description') +
    line('-'.repeat(title.length), '-----------') +
    rows.map((row) => row.lines.map((text, i) => line(i === 0 ? row.left : '', text)).join('')).join('')
  );
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(lines.length === 0 ? word : `  ${word}`);
  }
  return lines;
}

interface Parsed {
  values: Map<string, string>;
  words: string[];
  error?: string;
}

function parse(options: readonly Option[], args: readonly string[]): Parsed {
  const parsed: Parsed = { values: new Map(), words: [] };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? '';
    const [, name, inline] = /^--?([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      parsed.words.push(word);
      continue;
    }
    const option = options.find((one) => one.names.includes(name));
    if (!option) return { ...parsed, error: `${name} is not a recognized option` };
    const key = option.names.at(-1) ?? '';
    if (option.value === undefined) parsed.values.set(key, '');
    else {
      const value = inline ?? args[++i];
      if (value === undefined) return { ...parsed, error: `Option ${option.names.join('/')} requires an argument` };
      parsed.values.set(key, value);
    }
  }
  const missing = options.find((one) => one.required && !parsed.values.has(one.names.at(-1) ?? ''));
  if (missing && !parsed.values.has('help')) parsed.error = `Missing required option(s) [${missing.names.join('/')}]`;
  return parsed;
}

/** A Java program's word for what it did not expect: the exception, and where. */
const thrown = (what: string, where: string) =>
  `${what}\n\tat ${where}\n\tat org.elasticsearch.cli.Command.main(Command.java:51)\n\tat org.elasticsearch.launcher.CliToolLauncher.main(CliToolLauncher.java:64)\n`;

export function resetPassword(clock: Clock, groups: Groups, pace: number): Tool {
  const about = 'Resets the password of users in the native realm and built-in users.';
  return async (call) => {
    const { values, error } = parse(RESET, call.args);
    const has = (name: string) => values.has(name);
    const refuse = (text: string, code: number, blank = '\n') => {
      call.err(`${blank}ERROR: ${text}, with exit code ${code}\n`);
      return code;
    };
    if (has('help') && error === undefined) {
      call.out(`${about}\n\n${usage(RESET)}\n`);
      return 0;
    }
    if (error !== undefined) {
      call.err(`${about}\n\n${usage(RESET)}\nERROR: ${error}\n`);
      return 64;
    }
    if (has('auto') && has('interactive')) {
      call.err(`${about}\n\n${usage(RESET)}\n`);
      return refuse('You can only run the tool in one of [auto] or [interactive] modes', 64);
    }
    const user = values.get('username') ?? '';
    await call.sleep(3500 * pace);
    const group = groups.of(call.host);
    const elastic = elasticOf(group, clock.now());
    settle(group, clock.now(), pace);
    const url = /^https?:\/\/([^:/]+)(?::(\d+))?/.exec(values.get('url') ?? 'http://localhost:9200');
    const pod = url && call.resolve(url[1] ?? '');
    const blank = has('silent') ? '' : '\n';
    if (!pod || (url[2] ?? '9200') !== '9200' || !groups.of(pod).members.get(pod.name)?.up)
      return refuse('Failed to determine the health of the cluster. ', 69, blank);
    if (!has('force')) {
      if (!masterOf(group))
        return refuse('Failed to determine the health of the cluster. Unexpected http status [503]', 65, blank);
      if (colorOfAll(elastic.shards) === 'red')
        return refuse(
          'Failed to determine the health of the cluster. Cluster health is currently RED. This means that some cluster data is unavailable and your cluster is not fully functional. The cluster logs (https://www.elastic.co/guide/en/elasticsearch/reference/8.15/logging.html) might contain information/indications for the underlying cause. It is recommended that you resolve the issues with your cluster before continuing. It is very likely that the command will fail when run against an unhealthy cluster. If you still want to attempt to execute this command against an unhealthy cluster, you can pass the `-f` parameter.',
          65,
          blank,
        );
    }
    const next = typed(call);
    if (!has('batch')) {
      call.out(
        has('interactive')
          ? `This tool will reset the password of the [${user}] user.\nYou will be prompted to enter the password.\n`
          : `This tool will reset the password of the [${user}] user to an autogenerated value.\nThe password will be printed in the console.\n`,
      );
      call.err('Please confirm that you would like to continue [y/N]');
      const answer = await next();
      if (answer === undefined)
        return refuse('unable to read from standard input; is standard input open and a tty attached?', 65);
      call.out('\n\n');
      if (!/^y/i.test(answer)) return refuse('User cancelled operation', 0, '');
    }
    const password = has('interactive')
      ? await entered(call, user, next)
      : createHash('sha256')
          .update(`${group.key}/${user}/${++elastic.resets}/${clock.now()}`)
          .digest('base64url')
          .slice(0, 20);
    if (password === undefined)
      return refuse('unable to read from standard input; is standard input open and a tty attached?', 65);
    if (!elastic.passwords.has(user) || !masterOf(group))
      return refuse(`Failed to reset password for the [${user}] user`, 75, blank);
    elastic.passwords.set(user, password);
    if (!has('silent')) call.out(`Password for the [${user}] user successfully reset.\n`);
    if (!has('interactive')) call.out(has('silent') ? `${password}\n` : `New value: ${password}\n`);
    return 0;
  };
}

/** What is answered, line by line: as it is typed, or from standard input. Undefined at its end. */
function typed(call: ToolCall): () => Promise<string | undefined> {
  if (call.terminal) return () => call.line();
  let lines: string[] | undefined;
  return async () => {
    lines ??= (await call.stdin()).replace(/\n$/, '').split('\n');
    const line = lines.shift();
    return line === '' && lines.length === 0 ? undefined : line;
  };
}

/** Twice the same, at least six characters; asked again until it is. */
async function entered(
  call: ToolCall,
  user: string,
  next: () => Promise<string | undefined>,
): Promise<string | undefined> {
  for (;;) {
    call.err(`Enter password for [${user}]: `);
    const first = await next();
    if (first === undefined) return undefined;
    if (first.length < 6) {
      call.err('passwords must be at least [6] characters long\nTry again.\n');
      continue;
    }
    call.err(`Re-enter password for [${user}]: `);
    if ((await next()) === first) return first;
    call.err('Passwords do not match.\nTry again.\n');
  }
}

const RULE = '-'.repeat(72);
const COMMANDS = 'Commands\n--------\nremove-corrupted-data - Removes corrupted shard files\n\n';

export function shardTool(clock: Clock, groups: Groups, pace: number): Tool {
  const about = 'A CLI tool to remove corrupted parts of unrecoverable shards';
  const words = `Non-option arguments:\ncommand              \n\n${usage(SHARD)}`;
  return async (call) => {
    const [command, ...rest] = call.args;
    if (command === '-h' || command === '--help') {
      call.out(`${about}\n\n${COMMANDS}${words}\n`);
      return 0;
    }
    if (command !== 'remove-corrupted-data') {
      const odd = command?.startsWith('-') ? `${command.replace(/^-+/, '')} is not a recognized option` : undefined;
      const why = command === undefined ? 'Missing required command' : `Unknown command [${command}]`;
      call.err(
        odd === undefined
          ? `${about}\n\n${words}\n\nERROR: ${why}, with exit code 64\n\n${command === undefined ? COMMANDS : ''}`
          : `${about}\n\n${words}\nERROR: ${odd}\n`,
      );
      return 64;
    }
    const { values, error } = parse(REMOVE, rest);
    if (error !== undefined) {
      call.err(`${about}\n\n${words}\nERROR: ${error}\n`);
      return 64;
    }
    if (values.has('help')) {
      call.out(
        `Removes corrupted shard files\n\nThis tool attempts to detect and remove unrecoverable corrupted data in a shard.\n${usage(REMOVE, 60)}\n`,
      );
      return 0;
    }
    return remove(call, groups, values, clock, pace);
  };
}

async function remove(
  call: ToolCall,
  groups: Groups,
  values: Map<string, string>,
  clock: Clock,
  pace: number,
): Promise<number> {
  await call.sleep(900 * pace);
  const group = groups.of(call.host);
  const elastic = elasticOf(group, clock.now());
  settle(group, clock.now(), pace);
  const command = 'org.elasticsearch.index.shard.RemoveCorruptedShardDataCommand';
  const locate = `${command}.findAndProcessShardPath(RemoveCorruptedShardDataCommand.java:150)`;
  const fail = (what: string, where: string) => {
    call.err(thrown(what, where));
    return 70;
  };
  call.out(`${RULE}\n\n    WARNING: Elasticsearch MUST be stopped before running this tool.\n\n`);
  if (group.members.get(call.host.name)?.up)
    return fail(
      "org.elasticsearch.ElasticsearchException: failed to lock node's directory, is Elasticsearch still running?",
      'org.elasticsearch.cluster.coordination.ElasticsearchNodeCommand.processDataPaths(ElasticsearchNodeCommand.java:147)',
    );
  const rule = RULE.slice(1);
  call.out(`${rule}\n\n  Please make a complete backup of your index before using this tool.\n\n${rule}\n\n`);
  const path = /\/indices\/([^/]+)\/(\d+)\/index\/?$/.exec(values.get('dir') ?? '');
  const index = values.get('index') ?? [...elastic.indices.values()].find((one) => one.uuid === path?.[1])?.name;
  const id = values.get('shard-id') ?? path?.[2];
  if (index === undefined) return fail('java.lang.NullPointerException: Index name is required', locate);
  if (id === undefined) return fail('java.lang.NullPointerException: Shard ID is required', locate);
  const found = elastic.indices.get(index);
  if (!found) return fail('org.elasticsearch.ElasticsearchException: Unable to find index in cluster state', locate);
  // The pod that mends a node's volume may have another name than the node had.
  const node = call.env.NODE_NAME ?? call.host.name;
  const shard = elastic.shards.find((one) => one.index === index && one.number === Number(id) && one.node === node);
  const where = `/usr/share/elasticsearch/data/indices/${found.uuid}/${id}`;
  if (!shard)
    return fail(
      `org.elasticsearch.ElasticsearchException: Unable to resolve shard path for index [${index}] and shard id [${id}]`,
      locate,
    );
  const translog = values.has('truncate-clean-translog');
  call.out(
    `\nOpening Lucene index at ${where}/index\n\n >> Lucene index is ${shard.corrupted ? 'corrupted' : 'clean'} at ${where}/index\n\n\nOpening translog at ${where}/translog\n\n\n >> Translog is clean at ${where}/translog\n\n`,
  );
  if (!shard.corrupted && !translog)
    return fail(
      `org.elasticsearch.ElasticsearchException: Shard does not seem to be corrupted at ${where}`,
      `${command}.processDataPaths(RemoveCorruptedShardDataCommand.java:280)`,
    );
  const lost = shard.corrupted ? Math.floor(docsOf(elastic, shard) / 4) : 0;
  if (shard.corrupted)
    call.out(
      `\n  Corrupted Lucene index segments found - ${lost} documents will be lost.\n\n            WARNING:              YOU MAY LOSE DATA.\n\n`,
    );
  call.out('Continue and remove corrupted data from the shard ?\n\nConfirm [y/N] ');
  if (!/^y/i.test((await typed(call)()) ?? ''))
    return fail('org.elasticsearch.ElasticsearchException: aborted by user', locate);
  found.base[shard.number] = (found.base[shard.number] ?? 0) - lost;
  // Both copies were broken; this one is opened again by who accepts that something is lost.
  for (const copy of elastic.shards)
    if (copy.index === index && copy.number === shard.number) copy.primary = copy === shard;
  Object.assign(shard, { corrupted: false, stale: true, state: 'UNASSIGNED', reason: 'ALLOCATION_FAILED' });
  const salt = numberOf(index, id, clock.now());
  const target = group.members.get(node);
  call.out(
    `Marking index with the new history uuid : ${idOf('history', salt)}\nChanging allocation id ${idOf('was', salt)} to ${idOf('is', salt)}\n\nYou should run the following command to allocate this shard:\n\n`,
  );
  const body = {
    commands: [
      {
        allocate_stale_primary: {
          index,
          shard: Number(id),
          node: target ? nodeId(target) : node,
          accept_data_loss: false,
        },
      },
    ],
  };
  call.out(
    `POST /_cluster/reroute\n${pretty(body)}\n\nYou must accept the possibility of data loss by changing the \`accept_data_loss\` parameter to \`true\`.\n\nDeleted corrupt marker corrupted_${idOf('marker', salt)} from ${where}/index\n`,
  );
  return 0;
}
