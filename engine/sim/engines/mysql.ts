/** MySQL 8: `mysql -e` answers about replication and settings; Percona's cluster too (wsrep). */
import type { Clock } from '../clock.ts';
import type { Image, Tool, ToolCall } from '../node/tool.ts';
import type { Group, Groups, Member } from './group.ts';
import { answer, batch, one, type Pattern, statements, type Table, vertical } from './sql.ts';

interface Session {
  groups: Groups;
  group: Group;
  member: Member;
  /** A Percona XtraDB Cluster: every node writes. */
  wsrep: boolean;
}

const leads = ({ group, member }: Session) => group.primary === member.name;
const variables = (group: Group): Map<string, string> => {
  const known = group.data.get('mysql') as Map<string, string> | undefined;
  const made =
    known ??
    new Map([
      ['max_connections', '151'],
      ['version', '8.0.42'],
      ['innodb_buffer_pool_size', '134217728'],
      ['sync_binlog', '1'],
    ]);
  group.data.set('mysql', made);
  return made;
};

const like = (rows: [string, string | number][], pattern: string): Table => {
  const match = new RegExp(`^${pattern.replace(/%/g, '.*').replace(/_/g, '.')}$`, 'i');
  return { columns: ['Variable_name', 'Value'], rows: rows.filter(([name]) => match.test(name)) };
};

const SOURCE_OPTION =
  /^(?:(?:get_)?(?:master|source)_\w+|network_namespace|ignore_server_ids|privilege_checks_user|require_\w+|relay_log_(?:file|pos)|assign_gtids_\w+|gtid_only) ?=/i;

const syntaxError = (near: string): string =>
  `ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${near}' at line 1`;

/** Long options that the client knows, besides those with a meaning here; of a name, what begins it is enough. */
const OPTIONS =
  'help auto-rehash no-auto-rehash auto-vertical-output batch bind-address binary-as-hex binary-mode character-sets-dir column-names column-type-info comments commands compress compression-algorithms connect-expired-password connect-timeout database debug debug-check debug-info default-auth default-character-set defaults-extra-file defaults-file defaults-group-suffix delimiter dns-srv-name enable-cleartext-plugin execute force get-server-public-key histignore host html ignore-spaces init-command line-numbers load-data-local-dir local-infile login-path max-allowed-packet max-join-size named-commands net-buffer-length network-namespace no-beep no-defaults one-database pager no-pager password password1 password2 password3 pipe plugin-dir port print-defaults prompt protocol quick raw reconnect safe-updates i-am-a-dummy secure-auth select-limit server-public-key-path show-warnings sigint-ignore silent skip-auto-rehash skip-column-names skip-comments skip-line-numbers skip-named-commands skip-pager skip-reconnect skip-ssl socket ssl ssl-ca ssl-capath ssl-cert ssl-cipher ssl-crl ssl-crlpath ssl-fips-mode ssl-key ssl-mode syslog table tee no-tee tls-ciphersuites tls-version unbuffered user verbose version vertical wait xml zstd-compression-level'.split(
    ' ',
  );

const unknownOption = (word: string): boolean => {
  const name = /^--([a-z][\w-]*)(?:=|$)/.exec(word)?.[1]?.replaceAll('_', '-');
  return name !== undefined && !OPTIONS.some((one) => one.startsWith(name));
};

const PATTERNS: Pattern<Session>[] = [
  { match: /^select 1$/i, answer: () => one('1', 1) },
  {
    match: /^select version\(\)$/i,
    answer: () => one('version()', '8.0.42-simulated'),
  },
  {
    match: /^select (@@[\w.]+(?:, ?@@[\w.]+)*)$/i,
    answer(s, found) {
      const names = (found[1] ?? '').split(/, ?/);
      const value = (name: string): string | number | undefined => {
        const bare = name.replace(/^@@(global\.|session\.)?/i, '').toLowerCase();
        if (/^(super_)?read_only$/.test(bare)) return s.wsrep || leads(s) ? 0 : 1;
        return bare === 'hostname' ? s.member.name : variables(s.group).get(bare);
      };
      const unknown = names.find((name) => value(name) === undefined);
      if (unknown !== undefined)
        return {
          error: `ERROR 1193 (HY000) at line 1: Unknown system variable '${unknown.replace(/^@@(global\.)?/i, '')}'`,
        };
      return { columns: names, rows: [names.map((name) => value(name) ?? null)] };
    },
  },
  {
    match: /^show (?:master|binary log) status$/i,
    answer: (s) => ({
      columns: ['File', 'Position', 'Binlog_Do_DB', 'Binlog_Ignore_DB', 'Executed_Gtid_Set'],
      rows: leads(s) ? [[`binlog.00000${s.group.term}`, 157, '', '', '']] : [],
    }),
  },
  {
    match: /^show (slave|replica) status$/i,
    answer(s, found) {
      const new_ = found[1]?.toLowerCase() === 'replica';
      if (s.wsrep || leads(s)) return { columns: ['x'], rows: [] };
      const source = s.group.leader;
      const [a, b, c] = new_ ? ['Source', 'Replica', 'Source'] : ['Master', 'Slave', 'Master'];
      return {
        columns: [
          `${b}_IO_State`,
          `${a}_Host`,
          `${a}_User`,
          `${b}_IO_Running`,
          `${b}_SQL_Running`,
          `Seconds_Behind_${c}`,
          'Last_IO_Error',
          'Last_SQL_Error',
        ],
        rows: [
          [
            source ? 'Waiting for source to send event' : 'Reconnecting after a failed source event read',
            source?.host.name ?? s.group.primary ?? '',
            'replication',
            source ? 'Yes' : 'Connecting',
            'Yes',
            source ? s.member.lag : null,
            source
              ? ''
              : `error reconnecting to source 'replication@${s.group.primary}:3306' - retry-time: 60 retries: 3 message: Can't connect to MySQL server (111)`,
            '',
          ],
        ],
      };
    },
  },
  {
    match: /^show (?:global )?status like '([^']+)'$/i,
    answer(s, found) {
      const up = s.group.up();
      return like(
        [
          ['Threads_connected', 3],
          ['Uptime', 3600],
          ...(s.wsrep
            ? ([
                ['wsrep_cluster_size', up.length],
                ['wsrep_cluster_status', up.length * 2 > s.group.members.size ? 'Primary' : 'non-Primary'],
                ['wsrep_connected', 'ON'],
                ['wsrep_local_index', up.findIndex((member) => member.name === s.member.name)],
                ['wsrep_local_state_comment', 'Synced'],
                ['wsrep_ready', 'ON'],
              ] as [string, string | number][])
            : []),
        ],
        found[1] ?? '',
      );
    },
  },
  {
    match: /^show (?:global )?variables like '([^']+)'$/i,
    answer: (s, found) =>
      like([...variables(s.group), ['read_only', s.wsrep || leads(s) ? 'OFF' : 'ON']], found[1] ?? ''),
  },
  {
    match: /^show databases$/i,
    answer: () => ({
      columns: ['Database'],
      rows: [['information_schema'], ['app'], ['mysql'], ['performance_schema'], ['sys']],
    }),
  },
  {
    match: /^show processlist$/i,
    answer: () => ({
      columns: ['Id', 'User', 'Host', 'db', 'Command', 'Time', 'State', 'Info'],
      rows: [[8, 'root', 'localhost', null, 'Query', 0, 'init', 'show processlist']],
    }),
  },
  {
    match: /^set (?:global|persist) (\w+) ?= ?'?([^']*)'?$/i,
    answer(s, found) {
      const name = (found[1] ?? '').toLowerCase();
      if (/^(super_)?read_only$/.test(name) && /^(0|off)$/i.test(found[2] ?? ''))
        s.groups.promote(s.group, s.member.name);
      else if (!/^(super_)?read_only$/.test(name) && !variables(s.group).has(name))
        return { error: `ERROR 1193 (HY000) at line 1: Unknown system variable '${name}'` };
      else variables(s.group).set(name, found[2] ?? '');
      return { tag: '' };
    },
  },
  {
    match: /^change (?:master|replication source) to (.*)$/i,
    answer(_s, found) {
      const parts = (found[1] ?? '').split(/, ?(?=(?:[^']*'[^']*')*[^']*$)/);
      const wrong = parts.findIndex((part) => !SOURCE_OPTION.test(part));
      return wrong < 0 ? { tag: '' } : { error: syntaxError(parts.slice(wrong).join(', ')) };
    },
  },
  {
    match: /^(?:stop|start|reset) (?:slave|replica|master)(?: all)?$|^flush \w+$/i,
    answer: () => ({ tag: '' }),
  },
  {
    match: /^(create|insert|update|delete|drop|alter|truncate)\b/i,
    answer: (s) =>
      s.wsrep || leads(s)
        ? { tag: '' }
        : {
            error:
              'ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only option so it cannot execute this statement',
          },
  },
];

export function mysqlEngine(clock: Clock, groups: Groups): Image[] {
  const reach = (call: ToolCall, host: string): Session | undefined => {
    const pod = call.resolve(host);
    const group = pod && groups.of(pod);
    const member = pod && group?.members.get(pod.name);
    return group && member?.up ? { groups, group, member, wsrep: group.data.get('wsrep') === true } : undefined;
  };
  const mysql: Tool = async (call) => {
    let [host, sql, header, lines] = ['localhost', '', true, false];
    for (let i = 0; i < call.args.length; i++) {
      const word = call.args[i] ?? '';
      if (/^-[A-Za-z]*e$/.test(word) || word === '--execute') sql = call.args[++i] ?? '';
      else if (word.startsWith('--execute=')) sql = word.slice(10);
      else if (word === '-h') host = call.args[++i] ?? '';
      else if (/^-h./.test(word)) host = word.slice(2);
      else if (/^-[uPD]$/.test(word)) i++;
      else if (unknownOption(word)) {
        call.err(`mysql: [ERROR] unknown option '${word}'.\n`);
        return 2;
      }
      if (/^-[A-Za-z]*N/.test(word) || word === '--skip-column-names') header = false;
      if (word === '-E' || word === '--vertical') lines = true;
    }
    const session = reach(call, host);
    if (!session) {
      call.err(
        host === 'localhost'
          ? "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/lib/mysql/mysql.sock' (2)\n"
          : call.resolve(host)
            ? `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:3306' (111)\n`
            : `ERROR 2005 (HY000): Unknown MySQL server host '${host}' (-2)\n`,
      );
      return 1;
    }
    if (sql === '') sql = await call.stdin();
    for (const text of statements(sql.replace(/\\G/g, ' \\G;'))) {
      const statement = text.replace(/ ?\\G$/, '');
      const got = answer(PATTERNS, session, statement, (bad) => ({ error: syntaxError(bad) }));
      if ('error' in got) {
        call.err(`${got.error}\n`);
        return 1;
      }
      if ('columns' in got && got.rows.length > 0)
        call.out(lines || text !== statement ? vertical(got) : batch(got, header));
    }
    return 0;
  };
  const admin: Tool = (call) => {
    const up = reach(call, 'localhost') !== undefined;
    const words = call.args.filter((word) => !word.startsWith('-'));
    if (up && !words.includes('ping')) {
      call.err(`mysqladmin: Unknown command: '${words.at(-1) ?? ''}'\n`);
      return 1;
    }
    if (up) call.out('mysqld is alive\n');
    else call.err("mysqladmin: connect to server at 'localhost' failed\n");
    return up ? 0 : 1;
  };
  const server =
    (wsrep: boolean): Tool =>
    async (call) => {
      const { group, stop } = groups.start(call.host);
      if (wsrep) group.data.set('wsrep', true);
      const say = (text: string) =>
        call.out(`${new Date(clock.now()).toISOString().slice(0, 23)}000Z 0 [System] [MY-010931] [Server] ${text}\n`);
      say(
        `/usr/sbin/mysqld: ready for connections. Version: '8.0.42-simulated'  socket: '/var/lib/mysql/mysql.sock'  port: 3306.`,
      );
      while (!call.signal.aborted) await call.sleep(60_000);
      if (call.signal.reason === 'SIGTERM') say('/usr/sbin/mysqld: Shutdown complete (mysqld 8.0.42).');
      stop();
      return 0;
    };
  const tools = { mysql, mysqladmin: admin };
  return [
    { match: /xtradb|pxc|galera/, entrypoint: ['mysqld'], tools: { ...tools, mysqld: server(true) } },
    { match: /mysql|mariadb|percona/, entrypoint: ['mysqld'], tools: { ...tools, mysqld: server(false) } },
  ];
}
