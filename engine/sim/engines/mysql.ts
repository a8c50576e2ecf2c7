/** MySQL 8: `mysql -e` and mysqladmin, and the server that they ask. */
import type { Clock } from '../clock.ts';
import type { Image, Tool, ToolCall } from '../node/tool.ts';
import type { Groups } from './group.ts';
import { PATTERNS, type Session, schemaOf, syntaxError } from './mysqlSession.ts';
import { misread, notSimulated } from './mysqlTables.ts';
import { type Answer, answer, batch, boxed, statements, vertical } from './sql.ts';

/** Long options that the client knows, besides those with a meaning here; of a name, what begins it is enough. */
const OPTIONS =
  'help auto-rehash no-auto-rehash auto-vertical-output batch bind-address binary-as-hex binary-mode character-sets-dir column-names column-type-info comments commands compress compression-algorithms connect-expired-password connect-timeout database debug debug-check debug-info default-auth default-character-set defaults-extra-file defaults-file defaults-group-suffix delimiter dns-srv-name enable-cleartext-plugin execute force get-server-public-key histignore host html ignore-spaces init-command line-numbers load-data-local-dir local-infile login-path max-allowed-packet max-join-size named-commands net-buffer-length network-namespace no-beep no-defaults one-database pager no-pager password password1 password2 password3 pipe plugin-dir port print-defaults prompt protocol quick raw reconnect safe-updates i-am-a-dummy secure-auth select-limit server-public-key-path show-warnings sigint-ignore silent skip-auto-rehash skip-column-names skip-comments skip-line-numbers skip-named-commands skip-pager skip-reconnect skip-ssl socket ssl ssl-ca ssl-capath ssl-cert ssl-cipher ssl-crl ssl-crlpath ssl-fips-mode ssl-key ssl-mode syslog table tee no-tee tls-ciphersuites tls-version unbuffered user verbose version vertical wait xml zstd-compression-level'.split(
    ' ',
  );

const unknownOption = (word: string): boolean => {
  const name = /^--([a-z][\w-]*)(?:=|$)/.exec(word)?.[1]?.replaceAll('_', '-');
  return name !== undefined && !OPTIONS.some((one) => one.startsWith(name));
};

/** Who may come in. */
const USERS = ['root', 'app', 'admin', 'monitor', 'replication', 'kbadmin', 'kbreplicator', 'operator'];

export function mysqlEngine(clock: Clock, groups: Groups): Image[] {
  const reach = (call: ToolCall, host: string): Session | undefined => {
    const pod = call.resolve(host);
    const group = pod && groups.of(pod);
    const member = pod && group?.members.get(pod.name);
    return group && member?.up
      ? { groups, group, member, wsrep: group.data.get('wsrep') === true, database: undefined }
      : undefined;
  };
  const mysql: Tool = async (call) => {
    let [host, sql, header, lines, boxes] = ['localhost', '', true, false, false];
    let [user, password] = ['root', false];
    let database: string | undefined;
    for (let i = 0; i < call.args.length; i++) {
      const word = call.args[i] ?? '';
      const [, name = '', value = ''] = /^--([a-z-]+)=(.*)$/s.exec(word) ?? [];
      if (/^-[ABENbfnqrstv]*e$/.test(word) || word === '--execute') sql = call.args[++i] ?? '';
      else if (name === 'execute') sql = value;
      else if (word === '-h' || word === '--host') host = call.args[++i] ?? '';
      else if (name === 'host') host = value;
      else if (/^-h./.test(word)) host = word.slice(2);
      else if (word === '-u' || word === '--user') user = call.args[++i] ?? '';
      else if (name === 'user') user = value;
      else if (/^-u./.test(word)) user = word.slice(2);
      else if (word === '-D' || word === '--database') database = call.args[++i];
      else if (name === 'database') database = value;
      else if (/^-D./.test(word)) database = word.slice(2);
      else if (word === '-P') i++;
      else if (/^-p./.test(word) || name === 'password') password = true;
      else if (!word.startsWith('-')) database = word;
      else if (unknownOption(word) || /^-[YZQJzyx]/.test(word)) {
        call.err(`mysql: [ERROR] unknown option '${word}'.\n`);
        return 2;
      }
      if (/^-[ABEbfnqrstv]*N/.test(word) || word === '--skip-column-names') header = false;
      if (word === '-E' || word === '--vertical') lines = true;
      if (/^-[ABENbfnqrsv]*t/.test(word) || word === '--table') boxes = true;
    }
    if (password) call.err('mysql: [Warning] Using a password on the command line interface can be insecure.\n');
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
    if (!USERS.includes(user)) {
      const using = password ? 'YES' : 'NO';
      call.err(`ERROR 1045 (28000): Access denied for user '${user}'@'localhost' (using password: ${using})\n`);
      return 1;
    }
    if (database !== undefined && !schemaOf(session.group).databases.has(database)) {
      call.err(`ERROR 1049 (42000): Unknown database '${database}'\n`);
      return 1;
    }
    session.database = database;
    if (sql === '') sql = await call.stdin();
    for (const text of statements(sql.replace(/\\G/g, ' \\G;'))) {
      const statement = text.replace(/ ?\\G$/, '');
      const wrong = misread(statement);
      const got: Answer =
        wrong === undefined ? answer(PATTERNS, session, statement, () => notSimulated) : { error: syntaxError(wrong) };
      if ('error' in got) {
        call.err(`${got.error}\n`);
        return 1;
      }
      if ('columns' in got && got.rows.length > 0)
        call.out(lines || text !== statement ? vertical(got) : boxes ? boxed(got, header) : batch(got, header));
    }
    return 0;
  };
  const admin: Tool = (call) => {
    const up = reach(call, 'localhost') !== undefined;
    const words = call.args.filter((word) => !word.startsWith('-'));
    if (up && words.includes('status')) {
      call.out(
        'Uptime: 3600  Threads: 3  Questions: 120  Slow queries: 0  Opens: 144  Flush tables: 3  Open tables: 63  Queries per second avg: 0.033\n',
      );
      return 0;
    }
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
