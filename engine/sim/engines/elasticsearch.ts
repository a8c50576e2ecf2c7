/** Elasticsearch 8: shards over nodes, the REST API as curl sees it, and the two tools of the custom-ops design. */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Image, Tool } from '../node/tool.ts';
import { type Group, type Groups, numberOf } from './group.ts';
import { serveWeb } from './web.ts';

interface Shard {
  index: string;
  number: number;
  primary: boolean;
  node: string;
  docs: number;
  /** Broken on disk; found by elasticsearch-shard. */
  corrupted: boolean;
  /** Set while it moves, until then. */
  movingTo?: string;
  until?: number;
}

export interface Elastic {
  shards: Shard[];
  passwords: Map<string, string>;
  resets: number;
}

export function elasticOf(group: Group): Elastic {
  const known = group.data.get('elastic') as Elastic | undefined;
  if (known) return known;
  const nodes = [...group.members.keys()].sort();
  const shards: Shard[] = [];
  for (const [index, count] of [
    ['logs-2026.11', 3],
    ['orders', 2],
    ['.security-7', 1],
  ] as const)
    for (let number = 0; number < count; number++)
      for (const [copy, primary] of [true, false].entries())
        if (copy < nodes.length)
          shards.push({
            index,
            number,
            primary,
            node: nodes[(numberOf(index) + number + copy) % nodes.length] ?? '',
            docs: 500 + (numberOf(index, number) % 4000),
            corrupted: false,
          });
  const made: Elastic = {
    shards,
    passwords: new Map([
      ['elastic', 'changeme'],
      ['kibana_system', 'changeme'],
    ]),
    resets: 0,
  };
  group.data.set('elastic', made);
  return made;
}

function settle(group: Group, now: number): void {
  for (const shard of elasticOf(group).shards)
    if (shard.movingTo !== undefined && now >= (shard.until ?? 0)) {
      shard.node = shard.movingTo;
      delete shard.movingTo;
    }
}

const stateOf = (group: Group, shard: Shard): string =>
  shard.corrupted || !group.members.get(shard.node)?.up ? 'UNASSIGNED' : shard.movingTo ? 'RELOCATING' : 'STARTED';

function health(group: Group): { status: string; active: number; unassigned: number; relocating: number } {
  const states = elasticOf(group).shards.map((shard) => ({ shard, state: stateOf(group, shard) }));
  const unassigned = states.filter(({ state }) => state === 'UNASSIGNED');
  const status = unassigned.some(({ shard }) => shard.primary) ? 'red' : unassigned.length > 0 ? 'yellow' : 'green';
  return {
    status,
    active: states.length - unassigned.length,
    unassigned: unassigned.length,
    relocating: states.filter(({ state }) => state === 'RELOCATING').length,
  };
}

const RESET_OPTIONS = /^(-[abEfhisuv]|--(auto|batch|force|help|interactive|silent|url|username|verbose)(=.*)?)$/;

export function elasticEngine(clock: Clock, groups: Groups, pace: number): Image[] {
  const reset: Tool = async (call) => {
    const has = (...names: string[]) => names.some((name) => call.args.includes(name));
    const at = call.args.findIndex((word) => word === '-u' || word === '--username');
    const user = at < 0 ? '' : (call.args[at + 1] ?? '');
    if (has('-h', '--help')) {
      call.out('Resets the password of users in the native realm and built-in users.\n');
      return 0;
    }
    const bad = call.args.find((word, i) => word.startsWith('-') && !RESET_OPTIONS.test(word) && i !== at + 1);
    if (bad !== undefined) {
      call.err(`ERROR: ${bad.replace(/^-+/, '')} is not a recognized option\n`);
      return 64;
    }
    if (user === '') {
      call.err('ERROR: Missing required option(s) [u/username]\n');
      return 64;
    }
    await call.sleep(3500 * pace);
    const group = groups.of(call.host);
    const elastic = elasticOf(group);
    settle(group, clock.now());
    if (!group.members.get(call.host.name)?.up) {
      call.err(`\nERROR: Failed to determine the health of the cluster. Connection refused, with exit code 65\n`);
      return 65;
    }
    if (health(group).status === 'red' && !has('-f', '--force')) {
      call.err(
        '\nERROR: Failed to determine the health of the cluster. Cluster health is currently RED. This means that some cluster data is unavailable and your cluster is not fully functional. The cluster logs (https://www.elastic.co/guide/en/elasticsearch/reference/8.15/logging.html) might contain information/indications for the underlying cause. It is recommended that you resolve the issues with your cluster before continuing. It is very likely that the command will fail when run against an unhealthy cluster. If you still want to attempt to execute this command against an unhealthy cluster, you can pass the `-f` parameter., with exit code 65\n',
      );
      return 65;
    }
    if (!elastic.passwords.has(user)) {
      call.err(
        `\nERROR: Failed to reset password for the [${user}] user. Unexpected http status [404], with exit code 73\n`,
      );
      return 73;
    }
    const interactive = has('-i', '--interactive');
    const lines = interactive || !has('-b', '--batch') ? (await call.stdin()).split('\n') : [];
    if (!has('-b', '--batch')) {
      call.out(
        interactive
          ? `This tool will reset the password of the [${user}] user.\nYou will be prompted to enter the password.\n`
          : `This tool will reset the password of the [${user}] user to an autogenerated value.\nThe password will be printed in the console.\n`,
      );
      call.out('Please confirm that you would like to continue [y/N]');
      if (!/^y/i.test(lines.shift() ?? '')) return 0;
      call.out('\n\n');
    }
    let password: string;
    if (interactive) {
      password = lines[0] ?? '';
      call.out(`\nEnter password for [${user}]: \nRe-enter password for [${user}]: \n`);
    } else
      password = createHash('sha256')
        .update(`${group.key}/${user}/${++elastic.resets}/${clock.now()}`)
        .digest('base64url')
        .slice(0, 20);
    elastic.passwords.set(user, password);
    if (has('-s', '--silent')) call.out(interactive ? '' : `${password}\n`);
    else
      call.out(`Password for the [${user}] user successfully reset.\n${interactive ? '' : `New value: ${password}\n`}`);
    return 0;
  };

  const shardTool: Tool = async (call) => {
    const value = (name: string) => {
      const at = call.args.indexOf(name);
      return at < 0 ? undefined : call.args[at + 1];
    };
    if (call.args[0] !== 'remove-corrupted-data') {
      call.err('ERROR: Missing command; available: remove-corrupted-data\n');
      return 64;
    }
    const group = groups.of(call.host);
    const { shards } = elasticOf(group);
    const [index, id] = [value('--index'), value('--shard-id')];
    await call.sleep(900 * pace);
    call.out(
      '------------------------------------------------------------------------\n\n    WARNING: Elasticsearch MUST be stopped before running this tool.\n\n',
    );
    if (group.members.get(call.host.name)?.up) {
      call.err(
        "ERROR: Failed to lock node's directory [/usr/share/elasticsearch/data], is Elasticsearch still running ?, with exit code 70\n",
      );
      return 70;
    }
    const shard = shards.find(
      (one) => one.index === index && one.number === Number(id) && one.node === (call.env.NODE_NAME ?? call.host.name),
    );
    if (!shard) {
      call.err(`ERROR: Unable to find index in cluster state, with exit code 64\n`);
      return 64;
    }
    const path = `/usr/share/elasticsearch/data/indices/${numberOf(index ?? '').toString(36)}/${id}/`;
    call.out(
      `\nOpening Lucene index at ${path}index/\n\n >> Lucene index is ${shard.corrupted ? 'corrupted' : 'clean'} at ${path}index/\n\nOpening translog at ${path}translog/\n\n\n >> Translog is clean at ${path}translog/\n\n`,
    );
    if (!shard.corrupted) {
      call.err(`ERROR: Shard does not seem to be corrupted at ${path}, with exit code 70\n`);
      return 70;
    }
    const lost = Math.floor(shard.docs / 4);
    call.out(
      `\n  Corrupted Lucene index segments found - ${lost} documents will be lost.\n\n            WARNING:              YOU MAY LOSE DATA.\n\nContinue and remove corrupted data from the shard ?\n\nConfirm [y/N] `,
    );
    const answers = (await call.stdin()).split('\n');
    if (!/^y/i.test(answers[0] ?? '')) {
      call.err('ERROR: aborted by user, with exit code 1\n');
      return 1;
    }
    shard.docs -= lost;
    shard.corrupted = false;
    call.out(
      `Marking index with the new history uuid : ${numberOf('history', clock.now())}\n\nChanging allocation id ${numberOf('a', clock.now())} to ${numberOf('b', clock.now())}\n\nYou should run the following command to allocate this shard:\n\n`,
    );
    call.out(
      `POST /_cluster/reroute\n${JSON.stringify({ commands: [{ allocate_stale_primary: { index, shard: Number(id), node: call.host.name, accept_data_loss: false } }] }, null, 2)}\n\nYou must accept the possibility of data loss by changing the \`accept_data_loss\` parameter to \`true\`.\n\n`,
    );
    return 0;
  };

  const curl: Tool = async (call) => {
    const url = call.args.find((word) => /^(https?:\/\/|localhost|127\.)/.test(word)) ?? '';
    const match = /^(?:https?:\/\/)?(?:[^@/]*@)?([^:/]+)(?::(\d+))?(\/[^?]*)?(\?.*)?$/.exec(url);
    const pod = match && call.resolve(match[1] ?? '');
    const group = pod && groups.of(pod);
    if (!group?.members.get(pod?.name ?? '')?.up || (match?.[2] ?? '9200') !== '9200') {
      call.err(`curl: (7) Failed to connect to ${match?.[1] ?? url} port ${match?.[2] ?? '80'}: Connection refused\n`);
      return 7;
    }
    const dataAt = call.args.findIndex((word) => /^(-d|--data|--data-binary|--json)$/.test(word));
    const given = dataAt < 0 ? '' : (call.args[dataAt + 1] ?? '');
    const body =
      given === '@-' ? await call.stdin() : given.startsWith('@') ? (call.readFile(given.slice(1)) ?? '') : given;
    const { status, body: said } = answer(group, match?.[3] ?? '/', body, credentials(call.args, url));
    call.out(said);
    return status === 401 && call.args.some((word) => /^(-[a-zA-Z]*f|--fail)$/.test(word)) ? 22 : 0;
  };

  /** What the REST API says, whoever carries it. */
  const answer = (group: Group, path: string, body: string, who: Credentials | undefined) => {
    settle(group, clock.now());
    if (who && elasticOf(group).passwords.get(who.user) !== who.password) {
      const reason = `unable to authenticate user [${who.user}] for REST request [${path}]`;
      const error = { type: 'security_exception', reason };
      return { status: 401, body: JSON.stringify({ error: { root_cause: [error], ...error }, status: 401 }) };
    }
    const said = respond(group, path, body, (ms) => clock.now() + ms * pace);
    return { status: said.startsWith('{"error"') ? 400 : 200, body: said };
  };

  const listener: Image['listener'] = (host, port) => {
    const group = groups.of(host);
    if (port !== 9200 || !group.members.get(host.name)?.up) return undefined;
    return serveWeb(({ path, body, authorization }) => {
      const [where = '/'] = path.split('?');
      const basic = /^Basic (.+)$/.exec(authorization)?.[1];
      const who = basic === undefined ? undefined : credential(Buffer.from(basic, 'base64').toString());
      const said = answer(group, where, body, who);
      return { ...said, type: said.body.startsWith('{') ? 'application/json' : 'text/plain; charset=UTF-8' };
    });
  };

  const server: Tool = async (call) => {
    const { group, member, stop } = groups.start(call.host);
    const say = (text: string) =>
      call.out(
        `${JSON.stringify({ '@timestamp': new Date(clock.now()).toISOString(), 'log.level': 'INFO', message: text, 'ecs.version': '1.2.0', 'elasticsearch.node.name': member.name })}\n`,
      );
    say('version[8.15.3], pid[1], build[simulated]');
    say('started');
    while (!call.signal.aborted) {
      await call.sleep(20_000);
      if (!call.signal.aborted) say(`cluster health is [${health(group).status.toUpperCase()}]`);
    }
    stop();
    return 0;
  };

  return [
    {
      match: /elasticsearch/,
      entrypoint: ['elasticsearch'],
      tools: { elasticsearch: server, 'elasticsearch-reset-password': reset, 'elasticsearch-shard': shardTool, curl },
      listener,
    },
  ];
}

/** Who asks, where the command line says it: by `-u USER:PASSWORD` or in the address. Requests without are let in: there is no secret here. */
function credentials(args: readonly string[], url: string): Credentials | undefined {
  const at = args.findIndex((word) => word === '-u' || word === '--user');
  const text = at < 0 ? /^https?:\/\/([^@/]+)@/.exec(url)?.[1] : args[at + 1];
  return text === undefined ? undefined : credential(text);
}

interface Credentials {
  user: string;
  password: string;
}

function credential(text: string): Credentials {
  const [user = '', password = ''] = text.split(/:(.*)/s);
  return { user, password };
}

function respond(group: Group, path: string, body: string, at: (ms: number) => number): string {
  const { shards } = elasticOf(group);
  const { status, active, unassigned, relocating } = health(group);
  const name = group.key.split('/')[1] ?? '';
  const nodes = group.up();
  const json = (value: object) => `${JSON.stringify(value)}\n`;
  if (path === '/_cluster/health')
    return json({
      cluster_name: name,
      status,
      timed_out: false,
      number_of_nodes: nodes.length,
      number_of_data_nodes: nodes.length,
      active_shards: active,
      relocating_shards: relocating,
      initializing_shards: 0,
      unassigned_shards: unassigned,
    });
  if (path === '/_cat/health')
    return `${Math.floor(at(0) / 1000)} ${new Date(at(0)).toISOString().slice(11, 19)} ${name} ${status} ${nodes.length} ${nodes.length} ${active} ${relocating} 0 ${unassigned}\n`;
  if (path.startsWith('/_cat/nodes'))
    return nodes
      .map(
        (member) =>
          `${member.host.ip} 42 77 3 0.42 cdfhilmrstw ${member.name === group.primary ? '*' : '-'} ${member.name}\n`,
      )
      .join('');
  if (path.startsWith('/_cat/shards'))
    return shards
      .map((shard) => {
        const state = stateOf(group, shard);
        const where =
          state === 'UNASSIGNED'
            ? ''
            : ` ${shard.docs} 1.2mb ${group.members.get(shard.node)?.host.ip} ${shard.node}${shard.movingTo ? ` -> ${group.members.get(shard.movingTo)?.host.ip} x ${shard.movingTo}` : ''}`;
        return `${shard.index} ${shard.number} ${shard.primary ? 'p' : 'r'} ${state}${where}\n`;
      })
      .join('');
  if (path === '/_security/_authenticate') return json({ username: 'elastic', roles: ['superuser'], enabled: true });
  if (path === '/')
    return json({
      name: nodes[0]?.name,
      cluster_name: name,
      version: { number: '8.15.3' },
      tagline: 'You Know, for Search',
    });
  if (path === '/_cluster/reroute') return reroute(group, body, at);
  return json({
    error: { type: 'invalid_index_name_exception', reason: `no handler found for uri [${path}]` },
    status: 400,
  });
}

function reroute(group: Group, body: string, at: (ms: number) => number): string {
  const { shards } = elasticOf(group);
  const refused = (reason: string) =>
    `${JSON.stringify({ error: { type: 'illegal_argument_exception', reason }, status: 400 })}\n`;
  let commands: Record<
    string,
    { index: string; shard: number; from_node?: string; to_node?: string; node?: string; accept_data_loss?: boolean }
  >[];
  try {
    commands = (JSON.parse(body) as { commands?: typeof commands }).commands ?? [];
  } catch {
    return refused('request body is not valid JSON');
  }
  for (const command of commands) {
    const { move, allocate_stale_primary: stale } = command;
    if (move) {
      const shard = shards.find(
        (one) => one.index === move.index && one.number === move.shard && one.node === move.from_node,
      );
      if (!shard)
        return refused(`[move_allocation] can't move ${move.shard}, failed to find it on node {${move.from_node}}`);
      if (!group.members.get(move.to_node ?? '')?.up)
        return refused(`failed to resolve [${move.to_node}], no matching nodes`);
      shard.movingTo = move.to_node ?? '';
      shard.until = at(700);
    } else if (stale) {
      if (!stale.accept_data_loss)
        return refused(
          `[allocate_stale_primary] allocating an empty primary for [${stale.index}][${stale.shard}] can result in data loss. Please confirm by setting the accept_data_loss parameter to true`,
        );
      const shard = shards.find(
        (one) => one.index === stale.index && one.number === stale.shard && one.node === stale.node,
      );
      if (shard) shard.corrupted = false;
    }
  }
  return `${JSON.stringify({ acknowledged: true, state: { cluster_uuid: 'simulated' } })}\n`;
}
