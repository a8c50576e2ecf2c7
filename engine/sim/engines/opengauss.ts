/** openGauss: gs_ctl in its own layout. As in a real one the exit code is no verdict: the text and a second look are. */
import type { Clock } from '../clock.ts';
import type { Image, Tool, ToolCall } from '../node/tool.ts';
import type { Group, Groups, Member } from './group.ts';
import { PATTERNS } from './postgresSession.ts';
import { ask, converse } from './psql.ts';
import { unknownStatement } from './relations.ts';
import { answer, one } from './sql.ts';

const DATA = '/gaussdata/openGauss/db1';
/** Milliseconds a switchover takes. */
const SWITCH = 3000;
const DOTS = 12;

const roleOf = (group: Group, member: Member): string =>
  group.members.size === 1 ? 'Normal' : group.primary === member.name ? 'Primary' : 'Standby';

interface Now {
  /** Set while somebody changes roles. */
  switching?: string;
  building?: { name: string; until: number };
}

const nowOf = (group: Group): Now => {
  const known = (group.data.get('opengauss') as Now | undefined) ?? {};
  group.data.set('opengauss', known);
  return known;
};

export function opengaussEngine(clock: Clock, groups: Groups, pace: number): Image[] {
  const gsCtl: Tool = async (call) => {
    const [action = '', ...rest] = call.args;
    const at = rest.indexOf('-D');
    const dir = at < 0 ? (call.env.PGDATA ?? DATA) : (rest[at + 1] ?? '');
    const pid = 1000 + (clock.now() % 60_000);
    const begin = (text: string) =>
      call.out(`[${new Date(clock.now()).toISOString().slice(0, 23).replace('T', ' ')}][${pid}][][gs_ctl]: ${text}`);
    const say = (text: string) => begin(`${text}\n`);
    if (!['query', 'querybuild', 'switchover', 'failover', 'build', 'notify', 'status'].includes(action)) {
      const why = action === '' ? 'no operation specified' : `unrecognized operation mode "${action}"`;
      call.err(`gs_ctl: ${why}\nTry "gs_ctl --help" for more information.\n`);
      return 1;
    }
    const group = groups.of(call.host);
    const member = group.members.get(call.host.name);
    say(action === 'switchover' ? `gs_ctl ${action} ,datadir is -D "${dir}"` : `gs_ctl ${action} ,datadir is ${dir}`);
    if (dir !== (call.env.PGDATA ?? DATA)) {
      say(`directory "${dir}" does not exist`);
      return 1;
    }
    if (!member?.up) {
      say('could not connect to the local server: the server is not running');
      return 1;
    }
    return ACTIONS[action]?.({ call, group, member, dir, say, begin }) ?? 0;
  };

  interface Context {
    call: ToolCall;
    group: Group;
    member: Member;
    dir: string;
    say(text: string): void;
    /** The beginning of a line. */
    begin(text: string): void;
  }

  const takeOver = async (
    { call, group, member, dir, say, begin }: Context,
    verb: 'switchover' | 'failover',
  ): Promise<number> => {
    const now = nowOf(group);
    if (group.primary === member.name) {
      // On a node that leads already it says at once that it is done.
      say(`${verb} completed (${dir})`);
      return 0;
    }
    if (now.switching !== undefined) {
      say(`Another gs_ctl command is still running,${verb} failed !`);
      return 1;
    }
    if (verb === 'switchover' && !group.leader) {
      say(' cannot switchover server; server is not in standby or cascade standby mode');
      return 1;
    }
    now.switching = member.name;
    say(`${verb} term (${group.term})`);
    // It happens in the server: whoever asked for it may be gone by then.
    const took = SWITCH * pace;
    clock.after(took, () => {
      delete now.switching;
      groups.promote(group, member.name);
    });
    begin(`waiting for server to ${verb}`);
    const at = call.args.indexOf('-t');
    const patience = at < 0 ? 60 : Number(call.args[at + 1]);
    const end = clock.now() + Math.min(took, patience * 1000);
    while (clock.now() < end && !call.signal.aborted) {
      await call.sleep(Math.min(took / DOTS, end - clock.now()));
      call.out('.');
    }
    call.out('\n');
    if (call.signal.aborted) return 1;
    if (now.switching !== undefined && took > patience * 1000) {
      // Giving up is no error to it.
      say(` ${verb} timeout after ${patience} seconds. please manually check the cluster status or backtrack log.`);
      return 0;
    }
    say('done');
    say(`${verb} completed (${dir})`);
    return 0;
  };

  const ACTIONS: Record<string, (context: Context) => number | Promise<number>> = {
    query({ call, group, member }) {
      call.out(haState(group, member, nowOf(group), clock.now()));
      return 0;
    },
    querybuild({ call, group, member }) {
      const { building } = nowOf(group);
      const mine = building?.name === member.name && building.until > clock.now();
      call.out(
        ` build info:\n        db_state                       : ${mine ? 'Building' : 'Build completed'}\n        detail_information             : Normal\n`,
      );
      return 0;
    },
    status({ call }) {
      call.out(`gs_ctl: server is running (PID: 1)\n/usr/local/opengauss/bin/gaussdb "-D" "${DATA}" "-M" "primary"\n`);
      return 0;
    },
    switchover: (context) => takeOver(context, 'switchover'),
    failover: (context) => takeOver(context, 'failover'),
    async build({ call, group, member, dir, say }) {
      if (group.primary === member.name) {
        say('the local server is primary, can not be rebuilt');
        return 1;
      }
      nowOf(group).building = { name: member.name, until: clock.now() + 4000 * pace };
      for (const line of [
        'fopen build pid file "gs_build.pid" success',
        'build try host success',
        'starting background WAL receiver',
        'finished background streaming',
        ' syncing',
      ]) {
        say(line);
        await call.sleep(800 * pace);
      }
      say(`server started (${dir})`);
      return 0;
    },
    notify: () => 0,
  };

  const server: Tool = async (call) => {
    const { group, member, stop } = groups.start(call.host);
    const say = (text: string) =>
      call.out(
        `${new Date(clock.now()).toISOString().slice(0, 23).replace('T', ' ')} [unknown] [unknown] localhost LOG:  ${text}\n`,
      );
    say(`gaussdb: fsync file "${DATA}/gaussdb.state.temp" success`);
    say(`gaussdb: create gaussdb state file success: db state(STARTING_STATE), server mode(${roleOf(group, member)})`);
    while (!call.signal.aborted) await call.sleep(60_000);
    if (call.signal.reason === 'SIGTERM') say('received fast shutdown request');
    stop();
    return 0;
  };

  const gsql: Tool = async (call) => {
    const group = groups.of(call.host);
    const member = group.members.get(call.host.name);
    if (!member?.up) {
      call.err('gsql: could not connect to server: Connection refused\n');
      return 2;
    }
    const asked = await ask(call);
    if (typeof asked === 'string') {
      call.err(asked.replaceAll('psql', 'gsql'));
      return 1;
    }
    const session = { clock, groups, group, member };
    return converse(call, asked, (statement) =>
      /^select version\(\)$/i.test(statement)
        ? one('version', '(openGauss 5.0.0 build simulated)')
        : answer(PATTERNS, session, statement, () => unknownStatement),
    );
  };

  return [{ match: /opengauss|gaussdb/, entrypoint: ['gaussdb'], tools: { gaussdb: server, gs_ctl: gsCtl, gsql } }];
}

function stateWord(group: Group, member: Member, now: Now, at: number, linked: boolean): string {
  if (now.building?.name === member.name && now.building.until > at) return 'Building';
  if (now.switching === member.name) return 'Promoting';
  if (now.switching !== undefined && group.primary === member.name) return 'Demoting';
  return linked ? 'Normal' : 'Need repair';
}

function haState(group: Group, member: Member, now: Now, at: number): string {
  const role = roleOf(group, member);
  const field = (name: string, value: string | number) => `        ${name.padEnd(31)}: ${value}\n`;
  const standbys = group.followers();
  const linked = role === 'Primary' || group.leader !== undefined || role === 'Normal';
  const head =
    ' HA state:           \n' +
    field('local_role', role) +
    field('static_connections', Math.max(0, group.members.size - 1)) +
    field('db_state', stateWord(group, member, now, at, linked)) +
    field('detail_information', linked ? 'Normal' : 'Disconnected') +
    '\n';
  const link = (from: Member, to: Member, sender: boolean) =>
    field(sender ? 'sender_pid' : 'receiver_pid', 6200 + to.ordinal) +
    (sender ? '' : field('local_role', 'Standby')) +
    field('peer_role', sender ? 'Standby' : 'Primary') +
    field('peer_state', 'Normal') +
    field('state', sender ? 'Streaming' : 'Normal') +
    ['sender', 'receiver']
      .flatMap((side) => ['sent', 'write', 'flush', 'replay'].map((what) => `${side}_${what}_location`))
      .map((name) => field(name.replace('receiver_sent', 'receiver_received'), '0/60013D8'))
      .join('') +
    field('sync_percent', '100%') +
    (sender
      ? field('sync_state', to.ordinal === standbys[0]?.ordinal ? 'Sync' : 'Potential') +
        field('sync_priority', standbys.indexOf(to) + 1) +
        field('sync_most_available', 'Off')
      : '') +
    field('channel', `${from.host.ip}:5434${sender ? '-->' : '<--'}${to.host.ip}:${48_000 + to.ordinal}`) +
    '\n';
  if (role === 'Primary')
    return `${head} Senders info:       \n${standbys.map((one) => link(member, one, true)).join('') || 'No information \n'} Receiver info:      \nNo information \n`;
  const leader = group.leader;
  return `${head} Senders info:       \nNo information \n Receiver info:      \n${leader && role === 'Standby' ? link(member, leader, false) : 'No information \n'}`;
}
